package io.perennial.models.lifetime;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LifetimeRunIT extends LifetimeRunTest {}
