package io.perennial.offers;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class OfferCatalogIT extends OfferCatalogTest {}
