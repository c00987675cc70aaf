package io.perennial.models.registry;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ModelVersionsIT extends ModelVersionsTest {}
