package io.perennial.insight.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Something that makes a customer likelier to leave, or to stay.
 *
 * @param contribution above zero when it speaks for churn
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Factor(
        @Schema(description = "The feature or the component score", examples = "recency_days")
        String factor,

        @Schema(examples = "No purchase for 48 days; usually one every 12 days")
        String description,

        @Schema(description = "What it is for this customer; absent when nothing is known", examples = "48.0")
        Double value,

        @Schema(description = "Signed, above zero when it speaks for churn", examples = "0.81")
        double contribution,

        @Schema(
                description = """
                        What the contribution is part of. log_odds: of the churn probability by a model. probability: of the
                        churn probability by rules, which begins at 0.5. component: how far a component score is from the
                        usual, as part of what the churn probability weighs in the overall score.""",
                examples = "log_odds",
                enumeration = {"log_odds", "probability", "component"})
        String basis) {}
