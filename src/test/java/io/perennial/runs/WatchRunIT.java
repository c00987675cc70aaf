package io.perennial.runs;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class WatchRunIT extends WatchRunTest {}
