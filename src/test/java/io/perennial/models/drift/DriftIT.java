package io.perennial.models.drift;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class DriftIT extends DriftTest {}
