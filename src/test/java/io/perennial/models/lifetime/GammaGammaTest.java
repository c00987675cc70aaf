package io.perennial.models.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.hipparchus.distribution.continuous.GammaDistribution;
import org.hipparchus.special.Gamma;

class GammaGammaTest {

    private static final GammaGamma TRUTH = new GammaGamma(6.25, 3.74, 15.44);

    /** What twice the difference of log-likelihoods stays below but once in a thousand times: chi-squared, three parameters. */
    private static final double LIKELIHOOD_RATIO = 16.27;

    /** A customer who lives the story of the model. */
    private record Spender(int frequency, double meanValue, double nextValue) {}

    private static List<Spender> draw(GammaGamma model, int count, long seed) {
        var random = new Random(seed);
        var scales = new GammaDistribution(model.q(), 1 / model.v());
        var values = new GammaDistribution(model.p(), 1);
        var spenders = new ArrayList<Spender>();
        for (var i = 0; i < count; i++) {
            var scale = scales.inverseCumulativeProbability(random.nextDouble());
            var frequency = 1 + random.nextInt(5);
            var sum = 0.0;
            for (var visit = 0; visit < frequency; visit++) {
                sum += values.inverseCumulativeProbability(random.nextDouble()) / scale;
            }
            spenders.add(new Spender(
                    frequency, sum / frequency, values.inverseCumulativeProbability(random.nextDouble()) / scale));
        }
        return spenders;
    }

    private static GammaGamma fit(SpendHistories histories) {
        return GammaGamma.fit(histories).orElseThrow().model();
    }

    private static SpendHistories exact(List<Spender> spenders) {
        var histories = new SpendHistories();
        spenders.forEach(spender -> histories.add(spender.frequency(), spender.meanValue(), 1));
        return histories;
    }

    @Property(tries = 100)
    void theLikelihoodIsTheStoryOfTheModelIntegrated(
            @ForAll @DoubleRange(min = 0.3, max = 20) double p,
            @ForAll @DoubleRange(min = 0.3, max = 10) double q,
            @ForAll @DoubleRange(min = 1, max = 100) double v,
            @ForAll @IntRange(min = 1, max = 20) int x,
            @ForAll @DoubleRange(min = 0.5, max = 500) double meanValue) {
        var sum = 0.0;
        var step = 0.02;
        for (var u = -120.0; u < 40; u += step) {
            // The mean of x gamma variables of shape p and rate exp(u) is one of shape p x and rate x exp(u).
            sum += Math.exp(q * Math.log(v) - Gamma.logGamma(q) + q * u - v * Math.exp(u))
                    * Math.exp(p * x * (Math.log(x) + u)
                            - Gamma.logGamma(p * x)
                            + (p * x - 1) * Math.log(meanValue)
                            - x * Math.exp(u) * meanValue);
        }

        var expected = Math.log(sum * step);
        assertThat(new GammaGamma(p, q, v).logLikelihood(x, meanValue))
                .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
    }

    @Example
    void parametersAreRecoveredFromCustomersWhoLiveTheStory() {
        var histories = exact(draw(TRUTH, 20_000, 1));

        var found = GammaGamma.fit(histories).orElseThrow();

        assertThat(found.logLikelihood()).isCloseTo(found.model().logLikelihood(histories), within(1e-6));
        assertThat(2 * (found.logLikelihood() - TRUTH.logLikelihood(histories))).isBetween(0.0, LIKELIHOOD_RATIO);
        var fitted = found.model();
        assertThat(fitted.p()).isCloseTo(TRUTH.p(), withinPercentage(8));
        assertThat(fitted.q()).isCloseTo(TRUTH.q(), withinPercentage(8));
        assertThat(fitted.v()).isCloseTo(TRUTH.v(), withinPercentage(12));
        assertThat(fitted.populationMean().orElseThrow())
                .isCloseTo(TRUTH.populationMean().orElseThrow(), withinPercentage(2));
    }

    @Example
    void theGridOfValuesMakesNoDifferenceThatMatters() {
        var spenders = draw(TRUTH, 5_000, 2);
        var rounded = new SpendHistories();
        spenders.forEach(spender -> rounded.addStep(
                spender.frequency(), (int) Math.round(Math.log(spender.meanValue()) * SpendHistories.GRID), 1));

        var fitted = fit(exact(spenders));
        var fittedToRounded = fit(rounded);

        // Far below the error that the parameters have from so many customers, which is some ten per cent.
        assertThat(fittedToRounded.p()).isCloseTo(fitted.p(), withinPercentage(0.05));
        assertThat(fittedToRounded.q()).isCloseTo(fitted.q(), withinPercentage(0.05));
        assertThat(fittedToRounded.v()).isCloseTo(fitted.v(), withinPercentage(0.05));
        for (var spender : spenders.subList(0, 100)) {
            assertThat(fittedToRounded
                            .expectedValue(spender.frequency(), spender.meanValue())
                            .orElseThrow())
                    .isCloseTo(
                            fitted.expectedValue(spender.frequency(), spender.meanValue())
                                    .orElseThrow(),
                            withinPercentage(0.01));
        }
    }

    @Example
    void theNextPurchaseOfCustomersWhoLiveTheStoryIsAsExpected() {
        var spenders = draw(TRUTH, 60_000, 3);
        for (var above : List.of(0, 20, 40, 80)) {
            var group = spenders.stream()
                    .filter(spender -> spender.meanValue() > above)
                    .toList();
            var expected = group.stream()
                    .mapToDouble(spender -> TRUTH.expectedValue(spender.frequency(), spender.meanValue())
                            .orElseThrow())
                    .sum();
            var spent = group.stream().mapToDouble(Spender::nextValue).sum();
            assertThat(expected).as("mean value above %d", above).isCloseTo(spent, withinPercentage(2));
        }
    }

    @Property
    void aCustomerIsExpectedToSpendBetweenTheirOwnMeanAndThatOfAll(
            @ForAll @DoubleRange(min = 0.1, max = 20) double p,
            @ForAll @DoubleRange(min = 1.01, max = 10) double q,
            @ForAll @DoubleRange(min = 0.1, max = 1_000) double v,
            @ForAll @IntRange(max = 1_000) int x,
            @ForAll @DoubleRange(max = 1e6) double meanValue) {
        var model = new GammaGamma(p, q, v);
        var all = model.populationMean().orElseThrow();

        var expected = model.expectedValue(x, meanValue).orElseThrow();

        if (x == 0) {
            assertThat(expected).isEqualTo(all);
        } else {
            assertThat(expected)
                    .isBetween(Math.min(all, meanValue) * (1 - 1e-9), Math.max(all, meanValue) * (1 + 1e-9));
        }
    }

    @Example
    void thereIsNoMeanOfAllWhenCustomersDifferTooMuch() {
        var model = new GammaGamma(2, 0.9, 10);

        assertThat(model.populationMean()).isEmpty();
        assertThat(model.expectedValue(0, 0)).isEmpty();
        // 2 × (10 + 3 × 40) ÷ (2 × 3 + 0.9 − 1)
        assertThat(model.expectedValue(3, 40).orElseThrow()).isCloseTo(260 / 5.9, within(1e-9));
        assertThat(new GammaGamma(0.05, 0.9, 10).expectedValue(1, 40)).isEmpty();
    }

    @Example
    void whatCannotBeIsRefused() {
        assertThat(GammaGamma.fit(new SpendHistories())).isEmpty();
        assertThatThrownBy(() -> new SpendHistories().add(0, 10, 1)).hasMessageContaining("frequency 0");
        assertThatThrownBy(() -> new SpendHistories().add(1, 0, 1)).hasMessageContaining("mean value of 0");
        assertThatThrownBy(() -> new GammaGamma(1, -1, 1)).hasMessageContaining("q -1.0");
    }
}
