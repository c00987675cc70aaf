package io.perennial.offers.sync;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SyncResourceIT extends SyncResourceTest {}
