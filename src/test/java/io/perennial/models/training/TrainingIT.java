package io.perennial.models.training;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TrainingIT extends TrainingTest {}
