package io.perennial.outreach.template;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class TemplateResourceIT extends TemplateResourceTest {}
