package io.perennial.insight.value;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CustomerValueIT extends CustomerValueTest {}
