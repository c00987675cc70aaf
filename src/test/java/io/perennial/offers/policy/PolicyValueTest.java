package io.perennial.offers.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import io.perennial.offers.policy.PolicyValue.Limits;

class PolicyValueTest {

    private static final Limits LIMITS = new Limits(100, 0.05);

    @Test
    void aLogThatIsWorthTooFewDecisionsConcludesNothing() {
        var simulated = new SimulatedLog(150, 3);
        var candidate = simulated.candidate();
        var size = new Estimators(simulated.log(), candidate).effectiveSampleSize();

        var refused = PolicyValue.of("other", simulated.log(), candidate, new Limits(size + 0.1, 0.05));
        var judged = PolicyValue.of("other", simulated.log(), candidate, new Limits(size - 0.1, 0.05));

        assertThat(refused.conclusive()).isFalse();
        assertThat(refused.reason()).contains("The log is worth %.0f decisions".formatted(size));
        assertThat(refused.doublyRobust()).isNull();
        assertThat(judged.conclusive()).isTrue();
        assertThat(judged.reason()).isNull();
        assertThat(judged.effectiveSampleSize()).isEqualTo(size);
    }

    @Test
    void aPolicyThatTheLogCouldNotHaveShownConcludesNothing() {
        var log = new SimulatedLog(1_000, 3).log();
        var probabilities = log.propensities();

        assertThat(PolicyValue.of("a", log, Candidate.withoutModel(probabilities, 0.05), LIMITS)
                        .conclusive())
                .isTrue();
        assertThat(PolicyValue.of("a", log, Candidate.withoutModel(probabilities, 0.051), LIMITS)
                        .reason())
                .isEqualTo("5.1 % of what this policy does could not have been seen in the log");
    }

    @Test
    void noLogConcludesNothing() {
        var none = new DecisionLog(new double[0], new double[0]);
        assertThat(PolicyValue.of("a", none, Candidate.ofTheLog(none), LIMITS).reason())
                .isEqualTo("There are 0 decisions");
    }

    @Test
    void theLogsOwnPolicyGainsNothingAndABetterOneDoes() {
        var simulated = new SimulatedLog(5_000, 3);
        var log = simulated.log();
        var own = PolicyValue.of("own", log, Candidate.ofTheLog(log), LIMITS);
        var better = PolicyValue.of("better", log, simulated.candidate(), LIMITS);

        assertThat(own.gain().value()).isCloseTo(0, within(1e-12));
        assertThat(own.gain().upper()).isCloseTo(0, within(1e-12));
        // 0.2708 against 0.1455 in truth.
        assertThat(better.gain().lower()).isGreaterThan(0.05);
        assertThat(better.gain().covers(SimulatedLog.truth() - own.ips().value()))
                .isTrue();
    }
}
