package io.perennial.tenant;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class TenantIsolationIT extends TenantIsolationTest {}
