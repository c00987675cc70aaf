package io.perennial.models.training;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class TrainingIT extends TrainingTest {}
