package io.perennial.models.predict;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class PredictionsIT extends PredictionsTest {}
