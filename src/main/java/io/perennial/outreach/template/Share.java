package io.perennial.outreach.template;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A share of something that was counted, 0 to 1, with the interval that the share it stands for is in with a confidence of
 * 95 percent.
 */
public record Share(
        @Schema(examples = "0.1481") double value,
        @Schema(examples = "0.1171") double lower,
        @Schema(examples = "0.1856") double upper) {

    /** The 97.5th percentile of the normal distribution. */
    private static final double Z = 1.959964;

    private static final double DECIMALS = 10_000;

    /**
     * The share and its score interval (Wilson 1927, "Probable inference, the law of succession, and statistical inference").
     *
     * @param all at least 1
     */
    static Share of(long some, long all) {
        var n = (double) all;
        var p = some / n;
        var center = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
        var half = Z / (1 + Z * Z / n) * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return new Share(rounded(p), rounded(Math.max(0, center - half)), rounded(Math.min(1, center + half)));
    }

    private static double rounded(double share) {
        return Math.round(share * DECIMALS) / DECIMALS;
    }
}
