package io.perennial.offers;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How many offers, of any kind, a customer may be made in how many days for this one still to be made. */
public record ContactLimit(
        @Min(1) @Max(1000) @Schema(examples = "2") int offers,
        @Min(1) @Max(730) @Schema(examples = "30") int days) {}
