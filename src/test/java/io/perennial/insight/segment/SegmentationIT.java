package io.perennial.insight.segment;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SegmentationIT extends SegmentationTest {}
