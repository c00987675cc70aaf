package io.perennial.tenant;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TenantIsolationIT extends TenantIsolationTest {}
