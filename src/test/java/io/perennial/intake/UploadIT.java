package io.perennial.intake;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class UploadIT extends UploadTest {}
