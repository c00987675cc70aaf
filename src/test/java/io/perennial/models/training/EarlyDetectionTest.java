package io.perennial.models.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Rows;

class EarlyDetectionTest {

    private static final float NONE = Float.NaN;

    /** Five leave, four of them with 30 days or more to go at the first scoring; three stay. */
    private static final float[] LABELS = {1, 1, 1, 1, 1, 0, 0, 0};

    private static final float[] LEAD_DAYS = {60, 30, 45, 50, 10, NONE, NONE, NONE};

    /** The third is found a week later, the fourth two weeks later, the second only when it is late. */
    private static final Watch WATCH = new Watch(
            LABELS,
            LEAD_DAYS,
            List.of(
                    new float[] {0.9f, 0.25f, 0.2f, 0.1f, 0.8f, 0.55f, 0.1f, 0.1f},
                    new float[] {0.8f, 0.60f, 0.6f, 0.2f, NONE, 0.10f, 0.2f, 0.1f},
                    new float[] {0.8f, 0.75f, 0.72f, 0.4f, NONE, NONE, 0.35f, 0.1f}));

    @Test
    void customersAreCountedAtEveryLevelAsAHandCounts() {
        var found = EarlyDetection.of(WATCH);

        assertThat(found.scorings()).isEqualTo(3);
        assertThat(found.churners()).isEqualTo(4);
        // Days left when they first reached it: 60, 23, 38, 36 and 10; 60, 23, 38 and 10; 60, 16, 31 and 10.
        assertThat(found.levels())
                .containsExactly(
                        new EarlyDetection.Level(ChurnRiskLevel.MEDIUM, 0.3, 7 / 8.0, 5 / 7.0, 5 / 5.0, 3 / 4.0, 36.0),
                        new EarlyDetection.Level(ChurnRiskLevel.HIGH, 0.5, 5 / 8.0, 4 / 5.0, 4 / 5.0, 2 / 4.0, 30.5),
                        new EarlyDetection.Level(ChurnRiskLevel.CRITICAL, 0.7, 4 / 8.0, 1.0, 4 / 5.0, 2 / 4.0, 23.5));
    }

    /** Three of the four would be 75 %, so it takes the second, whom 0.25 finds in time, and with her seven of the eight. */
    @Test
    void theThresholdFindsAtLeastEightyFivePercent() {
        assertThat(EarlyDetection.of(WATCH).most())
                .isEqualTo(new EarlyDetection.Threshold(0.25f, 7 / 8.0, 5 / 7.0, 1.0));
    }

    @Test
    void whereNobodyLeavesNobodyIsFound() {
        var found = EarlyDetection.of(
                new Watch(new float[] {0, 0}, new float[] {NONE, NONE}, List.of(new float[] {0.6f, 0.1f})));

        assertThat(found.churners()).isZero();
        assertThat(found.most()).isNull();
        assertThat(found.levels().get(1))
                .isEqualTo(new EarlyDetection.Level(ChurnRiskLevel.HIGH, 0.5, 0.5, 0.0, null, null, null));
        assertThat(found.levels().get(2).precision()).isNull();
    }

    @Test
    void customersOfTheTestAreFollowedAndNoOthers() {
        var watch = Watch.of(
                List.of(sample(ids(1, 2, 3), 0.1f, 0.2f, 0.3f), sample(ids(3, 4, 1), 0.6f, 0.9f, 0.5f)), Sample::rules);

        assertThat(watch.scorings().get(0)).containsExactly(0.1f, 0.2f, 0.3f);
        assertThat(watch.scorings().get(1)).containsExactly(0.5f, NONE, 0.6f);
        assertThat(watch.highest(1, 0)).isEqualTo(0.2f);
    }

    /** Of 60 days, those after 0, 7, 14, 21 and 28 leave 30 or more. */
    @Test
    void scoringEndsWhenItIsTooLate() {
        assertThat(Watch.scorings(60)).isEqualTo(5);
        assertThat(Watch.scorings(30)).isEqualTo(1);
        assertThat(Watch.scorings(14)).isEqualTo(1);
    }

    private static UUID[] ids(int... numbers) {
        return Arrays.stream(numbers).mapToObj(i -> new UUID(0, i)).toArray(UUID[]::new);
    }

    private static Sample sample(UUID[] customers, float... rules) {
        var schema = new FeatureSchema(List.of(FeatureSchema.Feature.numeric("recency_days")));
        var rows = new Rows(schema, rules.length, new float[rules.length]);
        return new Sample(customers, new LabelledRows(rows, new float[rules.length]), rules, new float[rules.length]);
    }
}
