package io.perennial.insight.lifecycle;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class LifecycleIT extends LifecycleTest {}
