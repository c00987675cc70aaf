package io.perennial.tenant;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What is asked for when a key is made. */
public record NewApiKey(
        @NotBlank @Size(max = 200) @Schema(examples = "nightly scoring")
        String name,

        @NotNull @Schema(examples = "operator") Role role) {}
