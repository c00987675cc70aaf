package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One of the ways that a template says it, to find out which one works best.
 *
 * @param revision the version of the template since which it says this; what comes of it is counted from then
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Variant(
        @NotNull
        @Pattern(regexp = "[a-z][a-z0-9_]{0,29}", message = "must be of a-z, 0-9 and _, beginning with a letter")
        @Schema(description = "Unique within the template", examples = "short_subject")
        String name,

        @Min(0)
        @Max(1000)
        @Schema(
                description = "Of the sum of all weights, this share of customers gets it; 0 for nobody any more",
                examples = "50")
        int weight,

        @NotNull @Valid Content content,

        @Schema(
                description = "The version of the template since which it says this; not to be given",
                readOnly = true,
                examples = "3")
        Integer revision) {

    /** The name of the only variant of a template that is as it came. */
    static final String DEFAULT = "default";

    Variant since(int version) {
        return new Variant(name, weight, content, version);
    }
}
