package io.perennial.runs;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class RunIT extends RunTest {}
