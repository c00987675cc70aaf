package io.perennial.tenant;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class IdempotencyIT extends IdempotencyTest {}
