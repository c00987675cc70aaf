package io.perennial.models.predict;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class PredictionsIT extends PredictionsTest {}
