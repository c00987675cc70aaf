package io.perennial.insight.value;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class CustomerValueIT extends CustomerValueTest {}
