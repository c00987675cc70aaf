package io.perennial.insight.behavior;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class BehaviorScoreIT extends BehaviorScoreTest {}
