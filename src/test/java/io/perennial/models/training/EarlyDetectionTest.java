package io.perennial.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.perennial.models.ChurnRiskLevel;

class EarlyDetectionTest {

    private static final float NO_MATTER = Float.NaN;

    /** Five leave, four of them with 30 days or more to go; three stay. */
    private static final float[] LABELS = {1, 1, 1, 1, 1, 0, 0, 0};

    private static final float[] PROBABILITIES = {0.9f, 0.75f, 0.6f, 0.2f, 0.8f, 0.55f, 0.35f, 0.1f};
    private static final float[] LEAD_DAYS = {60, 30, 45, 50, 10, 40, 40, 40};

    @Test
    void customersAreCountedAtEveryLevelAsAHandCounts() {
        var found = EarlyDetection.of(PROBABILITIES, LABELS, LEAD_DAYS);

        assertThat(found.churners()).isEqualTo(4);
        assertThat(found.levels())
                .containsExactly(
                        new EarlyDetection.Level(ChurnRiskLevel.MEDIUM, 0.3, 6 / 8.0, 4 / 6.0, 4 / 5.0, 3 / 4.0, 37.5),
                        new EarlyDetection.Level(ChurnRiskLevel.HIGH, 0.5, 5 / 8.0, 4 / 5.0, 4 / 5.0, 3 / 4.0, 37.5),
                        new EarlyDetection.Level(ChurnRiskLevel.CRITICAL, 0.7, 3 / 8.0, 1.0, 3 / 5.0, 2 / 4.0, 30.0));
    }

    /** Three of the four would be 75 %, so it takes the fourth, whom 0.2 finds, and with her seven of the eight. */
    @Test
    void theThresholdFindsAtLeastEightyFivePercent() {
        var most = EarlyDetection.of(PROBABILITIES, LABELS, LEAD_DAYS).most();

        assertThat(most).isEqualTo(new EarlyDetection.Threshold(0.2f, 7 / 8.0, 5 / 7.0, 1.0));
    }

    @Test
    void whereNobodyLeavesNobodyIsFound() {
        var found = EarlyDetection.of(new float[] {0.6f, 0.1f}, new float[] {0, 0}, new float[] {NO_MATTER, NO_MATTER});

        assertThat(found.churners()).isZero();
        assertThat(found.most()).isNull();
        assertThat(found.levels().get(1))
                .isEqualTo(new EarlyDetection.Level(ChurnRiskLevel.HIGH, 0.5, 0.5, 0.0, null, null, null));
        assertThat(found.levels().get(2).precision()).isNull();
    }
}
