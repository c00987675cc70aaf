package io.perennial.features;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class CustomerFeaturesIT extends CustomerFeaturesTest {}
