package io.perennial.recovery.outcome;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A share of something that was counted, in per cent, and what it lies between with a confidence of 95 percent. */
public record Rate(
        @Schema(examples = "41.67") BigDecimal percent,
        @Schema(examples = "28.85") BigDecimal lower,
        @Schema(examples = "55.72") BigDecimal upper) {

    private static final int DECIMALS = 2;

    /** The share with its score interval; null of nothing. */
    static Rate of(long some, long all) {
        if (all == 0) {
            return null;
        }
        var interval = Intervals.share(some, all);
        return new Rate(percent((double) some / all), percent(interval.lower()), percent(interval.upper()));
    }

    /** A share in per cent, with two decimals. */
    static BigDecimal percent(double share) {
        return BigDecimal.valueOf(share).movePointRight(2).setScale(DECIMALS, RoundingMode.HALF_UP);
    }
}
