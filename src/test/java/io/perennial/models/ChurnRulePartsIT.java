package io.perennial.models;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class ChurnRulePartsIT extends ChurnRulePartsTest {}
