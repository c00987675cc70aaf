package io.perennial.recovery.outcome;

import java.util.Optional;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.interval.BinomialProportion;

/** Intervals that hold what was estimated with a confidence of 95 percent. */
final class Intervals {

    static final double CONFIDENCE = 0.95;

    private Intervals() {}

    /**
     * The score interval of a share (Wilson 1927, "Probable inference, the law of succession, and statistical inference"), in
     * 0..1.
     *
     * @param all at least 1
     */
    static Interval share(long some, long all) {
        var wilson = BinomialProportion.getWilsonScoreInterval(Math.toIntExact(all), (double) some / all, CONFIDENCE);
        return new Interval(
                some == 0 ? 0 : Math.max(0, wilson.getLowerBound()),
                some == all ? 1 : Math.min(1, wilson.getUpperBound()));
    }

    /**
     * The interval of the difference of two independent shares, one minus other, in −1..1: with p, l and u the share of a group
     * and the limits of its score interval, from {@code d − √((p₁−l₁)² + (u₂−p₂)²)} to {@code d + √((u₁−p₁)² + (p₂−l₂)²)}
     * (Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10).
     *
     * @param all at least 1
     * @param otherAll at least 1
     */
    static Interval differenceOfShares(long some, long all, long otherSome, long otherAll) {
        var p = (double) some / all;
        var q = (double) otherSome / otherAll;
        var one = share(some, all);
        var other = share(otherSome, otherAll);
        return new Interval(
                p - q - Math.hypot(p - one.lower(), other.upper() - q),
                p - q + Math.hypot(one.upper() - p, q - other.lower()));
    }

    /**
     * The interval of the difference of two means, one minus other, of groups whose variances may differ (Welch 1947, "The
     * generalization of Student's problem when several different population variances are involved"): with {@code v = s²/n}
     * of each, {@code d ± t √(v₁ + v₂)} of Student's distribution with {@code (v₁ + v₂)² / (v₁²/(n₁−1) + v₂²/(n₂−1))} degrees of
     * freedom.
     *
     * @return none where either has fewer than two, or both do not vary at all
     */
    static Optional<Interval> differenceOfMeans(Sample one, Sample other) {
        if (one.size() < 2 || other.size() < 2 || one.variance() + other.variance() <= 0) {
            return Optional.empty();
        }
        var v = one.variance() / one.size();
        var w = other.variance() / other.size();
        var freedom = (v + w) * (v + w) / (v * v / (one.size() - 1) + w * w / (other.size() - 1));
        var t = new TDistribution(freedom).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        var half = t * Math.sqrt(v + w);
        var difference = one.mean() - other.mean();
        return Optional.of(new Interval(difference - half, difference + half));
    }
}
