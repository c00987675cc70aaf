package io.perennial.models;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ChurnRulePartsIT extends ChurnRulePartsTest {}
