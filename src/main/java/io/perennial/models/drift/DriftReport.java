package io.perennial.models.drift;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How far today's customers are from those a model was tested on. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DriftReport(
        @Schema(examples = "churn-3") String version,
        Instant asOf,

        @Schema(description = "Customers looked at", examples = "20000")
        int customers,

        @Schema(
                description = "Population stability index of the predictions; absent of a kind that chooses",
                examples = "0.04")
        Double prediction,

        @Schema(description = "Of the features, the least stable first; none when the model was trained on others")
        List<FeatureDrift> features,

        @Schema(description = "Whether the predictions, or most of the features, are past the threshold")
        boolean drifted,

        @Schema(description = "As configured, and what chance makes of so few customers", examples = "0.27")
        double threshold) {

    /** The population stability index of a feature. */
    public record FeatureDrift(
            @Schema(examples = "recency_days") String feature,
            @Schema(examples = "0.03") double index) {}
}
