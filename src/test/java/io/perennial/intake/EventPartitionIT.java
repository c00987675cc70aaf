package io.perennial.intake;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class EventPartitionIT extends EventPartitionTest {}
