package io.perennial.insight.behavior;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SignalIT extends SignalTest {}
