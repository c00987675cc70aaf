package io.perennial.features;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CustomerFeaturesIT extends CustomerFeaturesTest {}
