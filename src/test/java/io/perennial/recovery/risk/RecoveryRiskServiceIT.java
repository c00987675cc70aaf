package io.perennial.recovery.risk;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RecoveryRiskServiceIT extends RecoveryRiskServiceTest {}
