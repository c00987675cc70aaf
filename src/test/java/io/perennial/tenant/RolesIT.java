package io.perennial.tenant;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RolesIT extends RolesTest {}
