package io.perennial.recovery.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.inference.TTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntervalsTest {

    private static final double FOUR_DECIMALS = 0.00005;

    /** Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3. */
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662",
        "15, 148, 0.0624, 0.1605",
        "0, 20, 0, 0.1611",
        "1, 29, 0.0061, 0.1718",
    })
    void theIntervalOfAShareIsThePublishedOne(long some, long all, double lower, double upper) {
        var interval = Intervals.share(some, all);

        assertThat(interval.lower()).isCloseTo(lower, within(FOUR_DECIMALS));
        assertThat(interval.upper()).isCloseTo(upper, within(FOUR_DECIMALS));
    }

    /** Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10. */
    @ParameterizedTest
    @CsvSource({
        "56, 70, 48, 80, 0.0524, 0.3339",
        "9, 10, 3, 10, 0.1705, 0.8090",
        "6, 7, 2, 7, 0.0582, 0.8062",
        "5, 56, 0, 29, -0.0381, 0.1926",
        "0, 10, 0, 20, -0.1611, 0.2775",
        "0, 10, 0, 10, -0.2775, 0.2775",
        "10, 10, 0, 20, 0.6791, 1",
        "10, 10, 0, 10, 0.6075, 1",
    })
    void theIntervalOfADifferenceOfSharesIsThePublishedOne(
            long some, long all, long otherSome, long otherAll, double lower, double upper) {
        var interval = Intervals.differenceOfShares(some, all, otherSome, otherAll);

        assertThat(interval.lower()).isCloseTo(lower, within(FOUR_DECIMALS));
        assertThat(interval.upper()).isCloseTo(upper, within(FOUR_DECIMALS));
    }

    /** The limits of the score interval are the shares that the score test just does not refuse. */
    @Property
    void atTheLimitsOfAShareTheScoreTestIsUndecided(
            @ForAll @IntRange(min = 1, max = 5000) int all, @ForAll @DoubleRange(min = 0, max = 1) double part) {
        var some = Math.round(part * all);
        var z = new NormalDistribution().inverseCumulativeProbability(0.975);

        var interval = Intervals.share(some, all);

        var p = (double) some / all;
        assertThat(interval.lower()).isBetween(0.0, p);
        assertThat(interval.upper()).isBetween(p, 1.0);
        if (some > 0) {
            assertThat(score(p, interval.lower(), all)).isCloseTo(z, within(1e-6));
        }
        if (some < all) {
            assertThat(score(p, interval.upper(), all)).isCloseTo(-z, within(1e-6));
        }
    }

    private static double score(double found, double assumed, long all) {
        return (found - assumed) / Math.sqrt(assumed * (1 - assumed) / all);
    }

    @Property
    void aDifferenceOfSharesLiesInItsIntervalAndTurnedRoundItIsTheSameOne(
            @ForAll @IntRange(min = 1, max = 2000) int all,
            @ForAll @IntRange(min = 1, max = 2000) int otherAll,
            @ForAll @DoubleRange(min = 0, max = 1) double part,
            @ForAll @DoubleRange(min = 0, max = 1) double otherPart) {
        var some = Math.round(part * all);
        var otherSome = Math.round(otherPart * otherAll);

        var interval = Intervals.differenceOfShares(some, all, otherSome, otherAll);
        var turned = Intervals.differenceOfShares(otherSome, otherAll, some, all);

        var difference = (double) some / all - (double) otherSome / otherAll;
        assertThat(difference).isBetween(interval.lower() - 1e-12, interval.upper() + 1e-12);
        assertThat(interval.lower()).isGreaterThanOrEqualTo(-1 - 1e-12);
        assertThat(interval.upper()).isLessThanOrEqualTo(1 + 1e-12);
        assertThat(turned.lower()).isCloseTo(-interval.upper(), within(1e-12));
        assertThat(turned.upper()).isCloseTo(-interval.lower(), within(1e-12));
    }

    /** A limit that is assumed to be the difference is just not refused by the test of Hipparchus. */
    @Property
    void atTheLimitsOfADifferenceOfMeansWelchsTestIsUndecided(
            @ForAll @Size(min = 2, max = 40) List<@DoubleRange(min = -100, max = 900) Double> ones,
            @ForAll @Size(min = 2, max = 40) List<@DoubleRange(min = -100, max = 900) Double> others) {
        var one = ones.stream().mapToDouble(Double::doubleValue).toArray();
        var other = others.stream().mapToDouble(Double::doubleValue).toArray();
        Assume.that(StatUtils.variance(one) > 1e-3 && StatUtils.variance(other) > 1e-3);

        var interval = Intervals.differenceOfMeans(sample(one), sample(other)).orElseThrow();

        for (var limit : new double[] {interval.lower(), interval.upper()}) {
            var shifted = Arrays.stream(other).map(value -> value + limit).toArray();
            assertThat(new TTest().tTest(one, shifted)).isCloseTo(0.05, within(1e-6));
        }
    }

    private static Sample sample(double[] values) {
        return new Sample(values.length, StatUtils.mean(values), StatUtils.variance(values));
    }

    @Test
    void ofMeansThatCannotVaryThereIsNoInterval() {
        assertThat(Intervals.differenceOfMeans(new Sample(1, 5, 0), new Sample(40, 3, 2)))
                .isEmpty();
        assertThat(Intervals.differenceOfMeans(new Sample(40, 0, 0), new Sample(40, 0, 0)))
                .isEmpty();
        assertThat(Intervals.differenceOfMeans(new Sample(40, 7, 4), new Sample(40, 3, 0)))
                .hasValueSatisfying(interval -> {
                    // Of 39 degrees of freedom, t is 2.0227.
                    assertThat(interval.lower()).isCloseTo(4 - 2.0227 * Math.sqrt(0.1), within(1e-4));
                    assertThat(interval.upper()).isCloseTo(4 + 2.0227 * Math.sqrt(0.1), within(1e-4));
                });
    }
}
