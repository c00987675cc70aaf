package io.perennial.recovery.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HoldoutComparisonTest {

    private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2026-02-01T00:00:00Z");
    private static final Sample NOBODY = new Sample(0, 0, 0);

    private static HoldoutComparison compare(
            long cases, long recovered, Sample revenue, long heldOut, long heldOutRecovered, Sample heldOutRevenue) {
        return HoldoutComparison.of(
                "EUR", FROM, UNTIL, cases, recovered, revenue, heldOut, heldOutRecovered, heldOutRevenue);
    }

    @Test
    void withoutAHoldoutNothingIsClaimed() {
        var comparison = compare(500, 300, new Sample(500, 40, 100), 0, 0, NOBODY);

        assertThat(comparison.state()).isEqualTo(HoldoutComparison.State.NO_HOLDOUT);
        assertThat(comparison.inWords()).startsWith("No case was held out");
        assertThat(comparison.recoveryRateDifference()).isNull();
        assertThat(comparison.revenuePerCaseDifference()).isNull();
    }

    @Test
    void ofAFewCasesTheNumbersAreGivenButNothingIsClaimed() {
        var comparison = compare(500, 300, new Sample(500, 40, 100), 29, 2, new Sample(29, 3, 90));

        assertThat(comparison.state()).isEqualTo(HoldoutComparison.State.TOO_FEW);
        assertThat(comparison.inWords())
                .isEqualTo(
                        "500 cases against 29 of the hold-out are too few to tell recovery from chance; it takes 30 of"
                                + " each.");
        assertThat(comparison.recoveryRateDifference().value()).isEqualByComparingTo("53.10");
        assertThat(comparison.heldOut().recoveryRate().percent()).isEqualByComparingTo("6.90");
    }

    @Test
    void aDifferenceBeyondChanceIsSaidWithItsInterval() {
        // Newcombe's first example: 56 of 70 against 48 of 80.
        var comparison = compare(70, 56, new Sample(70, 50, 100), 80, 48, new Sample(80, 40, 100));

        assertThat(comparison.state()).isEqualTo(HoldoutComparison.State.MEASURED);
        assertThat(comparison.comparedFrom()).isEqualTo(FROM);
        assertThat(comparison.comparedUntil()).isEqualTo(UNTIL);
        assertThat(comparison.treated().revenuePerCase()).isEqualByComparingTo("50.00");
        assertThat(comparison.inWords())
                .isEqualTo("Of 100 cases, 20.00 stay because of recovery (95 %: 5.24 to 33.39)."
                        + " A case brings 10.00 EUR more (95 %: 6.77 to 13.23).");
    }

    @Test
    void aDifferenceThatMayBeChanceIsSaidToBe() {
        var comparison = compare(70, 40, new Sample(70, 41, 100), 80, 44, new Sample(80, 40, 100));

        assertThat(comparison.state()).isEqualTo(HoldoutComparison.State.MEASURED);
        assertThat(comparison.inWords())
                .startsWith("Whether recovery makes customers stay cannot be told from chance: of 100 cases, 2.14 more")
                .contains("Whether it pays cannot be told: a case brings 1.00 EUR more than one of the hold-out");
    }

    @Test
    void harmIsSaidToo() {
        var comparison = compare(80, 48, new Sample(80, 40, 100), 70, 56, new Sample(70, 50, 100));

        assertThat(comparison.inWords())
                .isEqualTo("Of 100 cases, 20.00 are lost because of recovery (95 %: 5.24 to 33.39)."
                        + " A case brings 10.00 EUR less (95 %: 6.77 to 13.23).");
    }

    @Test
    void aHoldoutThatNobodyIsComparedWithYieldsNoDifference() {
        var comparison = compare(0, 0, NOBODY, 40, 12, new Sample(40, 3, 9));

        assertThat(comparison.state()).isEqualTo(HoldoutComparison.State.TOO_FEW);
        assertThat(comparison.recoveryRateDifference()).isNull();
        assertThat(comparison.treated().recoveryRate()).isNull();
    }
}
