package io.perennial.insight.health;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class HealthRunIT extends HealthRunTest {}
