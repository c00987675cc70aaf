package io.perennial.offers.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a policy would have earned per decision, by three estimators, or why the log does not tell. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PolicyValue(
        @Schema(examples = "nbo-3") String policy,

        @Schema(description = "Whether the log tells enough of this policy; without, there are no estimates")
        boolean conclusive,

        @Schema(description = "Why not", examples = "The log is worth 41 decisions of this policy, and it takes 100")
        String reason,

        @Schema(description = "How many decisions of this policy would tell as much as the log", examples = "812.4")
        double effectiveSampleSize,

        @Schema(
                description = "Share of what this policy does that the log could not have shown, 0..1",
                examples = "0.002")
        double unsupported,

        @Schema(description = "Inverse propensity scoring") Estimate ips,

        @Schema(description = "Self-normalised inverse propensity scoring")
        Estimate snips,

        @Schema(description = "Doubly robust") Estimate doublyRobust,

        @Schema(description = "Doubly robust, above the policy of the log")
        Estimate gain) {

    /**
     * When a log is enough.
     *
     * @param effectiveSampleSize the least
     * @param unsupported the most, in 0..1
     */
    public record Limits(double effectiveSampleSize, double unsupported) {}

    /** Estimates the value of a policy where the log tells enough of it. */
    public static PolicyValue of(String policy, DecisionLog log, Candidate candidate, Limits limits) {
        if (log.count() < 2) {
            return unknown(policy, log.count(), candidate, "There are %d decisions".formatted(log.count()));
        }
        var estimators = new Estimators(log, candidate);
        var size = estimators.effectiveSampleSize();
        if (size < limits.effectiveSampleSize()) {
            return unknown(
                    policy,
                    size,
                    candidate,
                    "The log is worth %.0f decisions of this policy, and it takes %.0f"
                            .formatted(size, limits.effectiveSampleSize()));
        }
        if (candidate.unsupported() > limits.unsupported()) {
            return unknown(
                    policy,
                    size,
                    candidate,
                    "%.1f %% of what this policy does could not have been seen in the log"
                            .formatted(100 * candidate.unsupported()));
        }
        return new PolicyValue(
                policy,
                true,
                null,
                size,
                candidate.unsupported(),
                estimators.inversePropensity(),
                estimators.selfNormalised(),
                estimators.doublyRobust(),
                estimators.gain());
    }

    private static PolicyValue unknown(String policy, double size, Candidate candidate, String reason) {
        return new PolicyValue(policy, false, reason, size, candidate.unsupported(), null, null, null, null);
    }
}
