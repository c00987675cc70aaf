package io.perennial.runs;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class WatchRunIT extends WatchRunTest {}
