package io.perennial.platform;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class UnreadableParameterIT extends UnreadableParameterTest {}
