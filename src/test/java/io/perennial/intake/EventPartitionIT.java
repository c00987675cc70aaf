package io.perennial.intake;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class EventPartitionIT extends EventPartitionTest {}
