package io.perennial.recovery.billing;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class BillingSegmentIT extends BillingSegmentTest {}
