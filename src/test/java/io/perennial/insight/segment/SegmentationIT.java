package io.perennial.insight.segment;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class SegmentationIT extends SegmentationTest {}
