package io.perennial.models.lifetime;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class LifetimeRunIT extends LifetimeRunTest {}
