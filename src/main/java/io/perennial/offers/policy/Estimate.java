package io.perennial.offers.policy;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The mean reward of a policy with its 95 % confidence interval.
 *
 * @param lower end of the interval
 * @param upper end of the interval
 */
public record Estimate(
        @Schema(examples = "0.1312") double value,
        @Schema(examples = "0.0081") double standardError,
        @Schema(examples = "0.1153") double lower,
        @Schema(examples = "0.1471") double upper) {

    /** Whether the interval holds a value. */
    public boolean covers(double truth) {
        return lower <= truth && truth <= upper;
    }
}
