package io.perennial.models.registry;

import io.perennial.testing.ArtifactTest;

@ArtifactTest
class ModelVersionsIT extends ModelVersionsTest {}
