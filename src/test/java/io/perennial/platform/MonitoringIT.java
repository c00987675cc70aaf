package io.perennial.platform;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class MonitoringIT extends MonitoringTest {}
