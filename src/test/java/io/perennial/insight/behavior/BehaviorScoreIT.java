package io.perennial.insight.behavior;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class BehaviorScoreIT extends BehaviorScoreTest {}
