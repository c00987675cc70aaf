package io.perennial.models.predict;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.ChurnRiskLevel;

/** What is predicted of a customer, by kind. */
public record CustomerPredictions(
        UUID customerId, UUID organizationId, Instant asOf, Map<String, Predicted> predictions) {

    /** One prediction. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Predicted(
            @Schema(description = "A probability, an amount or a score 0..100, as the kind says", examples = "0.2831")
            Double value,

            @Schema(description = "Of churn") ChurnRiskLevel riskLevel,

            @Schema(description = "The likeliest first, of a kind that chooses")
            List<Choice> choices,

            @Schema(examples = "churn-3") String modelVersion,

            @Schema(description = "Why the rules answered and not a model", examples = "No model has been trained")
            String fallback,

            @Schema(description = "What moved the score, most first; of kinds with one number, when asked for")
            List<Contribution> contributions,

            @Schema(
                    description = "What every score begins with; with the contributions it is the score",
                    examples = "-2.1")
            Double base) {}

    /** Something to choose, and how likely it is chosen. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Choice(
            @Schema(examples = "hiking boots") String choice,
            @Schema(examples = "0.31") Double probability) {}

    /**
     * What a feature adds to a score, which is a log-odds number of a probability and an amount otherwise.
     *
     * @param value null when missing
     */
    public record Contribution(
            @Schema(examples = "recency_days") String feature,
            @Schema(examples = "48.0") Double value,
            @Schema(examples = "0.81") double contribution) {}
}
