package io.perennial.insight.lifecycle;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LifecycleIT extends LifecycleTest {}
