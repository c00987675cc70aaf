package io.perennial.tenant;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RowLevelSecurityIT extends RowLevelSecurityTest {}
