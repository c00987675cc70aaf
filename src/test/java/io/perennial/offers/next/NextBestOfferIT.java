package io.perennial.offers.next;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class NextBestOfferIT extends NextBestOfferTest {}
