package io.perennial.models.drift;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class DriftIT extends DriftTest {}
