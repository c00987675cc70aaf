package io.perennial.offers;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OfferCatalogIT extends OfferCatalogTest {}
