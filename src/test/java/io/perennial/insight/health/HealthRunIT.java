package io.perennial.insight.health;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class HealthRunIT extends HealthRunTest {}
