package io.perennial.offers;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class EligibilityIT extends EligibilityTest {}
