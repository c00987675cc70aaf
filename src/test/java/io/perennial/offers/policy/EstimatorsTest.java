package io.perennial.offers.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class EstimatorsTest {

    private static final int SEEDS = 200;
    private static final int DECISIONS = 1_000;

    private static Estimators estimators(SimulatedLog simulated) {
        return new Estimators(simulated.log(), simulated.candidate());
    }

    /** How many of the seeds' intervals hold the truth, and how far their mean is from it. */
    private record Accuracy(int covered, double bias, double standardError) {

        static Accuracy of(Function<Estimators, Estimate> estimator) {
            var covered = 0;
            var sum = 0.0;
            var error = 0.0;
            for (var seed = 0; seed < SEEDS; seed++) {
                var estimate = estimator.apply(estimators(new SimulatedLog(DECISIONS, seed)));
                covered += estimate.covers(SimulatedLog.truth()) ? 1 : 0;
                sum += estimate.value();
                error += estimate.standardError();
            }
            return new Accuracy(covered, sum / SEEDS - SimulatedLog.truth(), error / SEEDS);
        }
    }

    @Test
    void theIntervalOfInversePropensitiesHoldsTheTruthAsOftenAsItSays() {
        assertHoldsTheTruth(Accuracy.of(Estimators::inversePropensity));
    }

    @Test
    void theSelfNormalisedIntervalHoldsTheTruthAsOftenAsItSays() {
        assertHoldsTheTruth(Accuracy.of(Estimators::selfNormalised));
    }

    @Test
    void theDoublyRobustIntervalHoldsTheTruthAsOftenAsItSays() {
        assertHoldsTheTruth(Accuracy.of(Estimators::doublyRobust));
    }

    /** An interval that always held it would be too wide; the mean of 200 estimates is fourteen times as exact as one. */
    private static void assertHoldsTheTruth(Accuracy accuracy) {
        assertThat(accuracy.covered()).isBetween(180, 199);
        assertThat(accuracy.bias()).isCloseTo(0, within(4 * accuracy.standardError() / Math.sqrt(SEEDS)));
    }

    @Test
    void theMoreTheEstimatorKnowsTheNarrowerItIs() {
        var inverse = Accuracy.of(Estimators::inversePropensity).standardError();
        var normalised = Accuracy.of(Estimators::selfNormalised).standardError();
        var robust = Accuracy.of(Estimators::doublyRobust).standardError();
        assertThat(normalised).isLessThan(inverse);
        assertThat(robust).isLessThan(inverse);
    }

    @Test
    void aRightModelMakesUpForWrongPropensities() {
        var simulated = new SimulatedLog(20_000, 1);
        var wrong = new Estimators(simulated.log(0.5), simulated.candidateOfAnOracle());
        assertThat(wrong.doublyRobust().covers(SimulatedLog.truth())).isTrue();
        assertThat(wrong.inversePropensity().value()).isGreaterThan(1.9 * SimulatedLog.truth());
    }

    @Property(tries = 50)
    void ofTheLoggingPolicyItselfEveryEstimateIsTheMeanReward(@ForAll @LongRange(min = 0, max = 999) long seed) {
        var log = new SimulatedLog(100, seed).log();
        var estimators = new Estimators(log, Candidate.ofTheLog(log));
        var mean = Arrays.stream(log.rewards()).average().orElseThrow();
        assertThat(estimators.inversePropensity().value()).isCloseTo(mean, within(1e-12));
        assertThat(estimators.selfNormalised().value()).isCloseTo(mean, within(1e-12));
        assertThat(estimators.doublyRobust().value()).isCloseTo(mean, within(1e-12));
        assertThat(estimators.effectiveSampleSize()).isCloseTo(100, within(1e-9));
    }

    @Property(tries = 50)
    void theSelfNormalisedEstimateMovesWithTheRewards(
            @ForAll @LongRange(min = 0, max = 999) long seed, @ForAll @DoubleRange(min = -5, max = 5) double by) {
        var simulated = new SimulatedLog(200, seed);
        var log = simulated.log();
        var moved = new DecisionLog(
                log.propensities(),
                Arrays.stream(log.rewards()).map(reward -> reward + by).toArray());
        var before = new Estimators(log, simulated.candidate()).selfNormalised();
        var after = new Estimators(moved, simulated.candidate()).selfNormalised();
        assertThat(after.value()).isCloseTo(before.value() + by, within(1e-9));
        assertThat(after.standardError()).isCloseTo(before.standardError(), within(1e-9));
    }

    @Property(tries = 50)
    void withoutAModelDoublyRobustIsInversePropensity(@ForAll @LongRange(min = 0, max = 999) long seed) {
        var simulated = new SimulatedLog(200, seed);
        var blind = Candidate.withoutModel(simulated.candidate().probabilities(), 0);
        var estimators = new Estimators(simulated.log(), blind);
        assertThat(estimators.doublyRobust()).isEqualTo(estimators.inversePropensity());
    }

    @Test
    void estimatesAreWhatAHandComputes() {
        var log = new DecisionLog(new double[] {0.5, 0.25, 0.5, 1}, new double[] {1, 0, 1, 3});
        // Weights 1, 4, 0 and 0.5.
        var candidate = new Candidate(
                new double[] {0.5, 1, 0, 0.5}, new double[] {0.5, 0.5, 0.5, 1}, new double[] {0.4, 0.6, 0.8, 1.2}, 0);
        var estimators = new Estimators(log, candidate);
        assertThat(estimators.inversePropensity().value()).isCloseTo((1 + 0 + 0 + 1.5) / 4, within(1e-12));
        assertThat(estimators.selfNormalised().value()).isCloseTo(2.5 / 5.5, within(1e-12));
        assertThat(estimators.doublyRobust().value())
                .isCloseTo((0.4 + 0.5 + 0.6 - 2 + 0.8 + 1.2 + 1) / 4, within(1e-12));
        assertThat(estimators.effectiveSampleSize()).isCloseTo(5.5 * 5.5 / 17.25, within(1e-12));
        // Of 1, 0, 0 and 1.5: the deviation is 0.75, and Student's quantile with 3 degrees of freedom 3.1824.
        assertThat(estimators.inversePropensity().standardError()).isCloseTo(0.375, within(1e-12));
        assertThat(estimators.inversePropensity().upper()).isCloseTo(0.625 + 3.182446 * 0.375, within(1e-5));
    }

    @Test
    void whatWasNeverDoneSaysNothing() {
        var log = new DecisionLog(new double[] {0.5, 0.5}, new double[] {1, 0});
        var estimators = new Estimators(log, Candidate.withoutModel(new double[] {0, 0}, 1));
        assertThat(estimators.effectiveSampleSize()).isZero();
        assertThat(estimators.selfNormalised().covers(0)).isFalse();
    }

    @Test
    void whatCouldNotHaveHappenedIsNoLog() {
        assertThatThrownBy(() -> new DecisionLog(new double[] {0}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DecisionLog(new double[] {Double.NaN}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DecisionLog(new double[] {0.5, 0.5}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theRewardModelHasNotSeenTheDecisionThatItIsAskedAbout() {
        var arms = new int[] {0, 0, 0, 0, 0};
        var rewards = new double[] {1, 0, 0, 0, 0};
        var model = RewardModel.fit(arms, rewards, 2);
        assertThat(model.expected(0, 0)).isZero();
        assertThat(model.expected(1, 0)).isCloseTo(0.25, within(1e-12));
        // Of an arm that was never tried what is known of the others.
        assertThat(model.expected(1, 1)).isCloseTo(0.25, within(1e-12));
    }
}
