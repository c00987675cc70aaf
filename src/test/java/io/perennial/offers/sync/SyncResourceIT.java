package io.perennial.offers.sync;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class SyncResourceIT extends SyncResourceTest {}
