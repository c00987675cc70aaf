package io.perennial.recovery;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RecoveryIT extends RecoveryTest {}
