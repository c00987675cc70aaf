package io.perennial.intake;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class UploadIT extends UploadTest {}
