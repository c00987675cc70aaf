package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationTest {

    private static final Task BINARY = Generated.task(Objective.BINARY);

    @ParameterizedTest
    @CsvSource({"1, 0", "0.4, 0", "2.5, -1", "0.8, 1.5"})
    void aKnownDistortionIsRecovered(double slope, double intercept) {
        var random = new Random(7);
        var scores = new float[50_000];
        var labels = new float[scores.length];
        for (var i = 0; i < scores.length; i++) {
            var logOdds = 1.5 * random.nextGaussian() - 0.5;
            labels[i] = random.nextDouble() < Probabilities.sigmoid(logOdds) ? 1 : 0;
            scores[i] = (float) ((logOdds - intercept) / slope);
        }
        var calibration = Calibration.fit(BINARY, scores, labels);

        assertThat(calibration.slope()).isEqualTo(slope, within(0.04 * slope));
        assertThat(calibration.intercept()).isEqualTo(intercept, within(0.06));
    }

    @Test
    void scoresThatSeparateTheLabelsStayFinite() {
        var calibration = Calibration.fit(BINARY, new float[] {-2, -1, 1, 2}, new float[] {0, 0, 1, 1});
        var predictions = Probabilities.predictions(BINARY, calibration.apply(new float[] {-2, 2}));

        assertThat(predictions[0]).isBetween(0.1f, 0.3f);
        assertThat(predictions[1]).isBetween(0.7f, 0.9f);
    }

    @Test
    void scoresThatAreTheWrongWayRoundAreNotTurned() {
        var calibration = Calibration.fit(BINARY, new float[] {2, 1, -1, -2}, new float[] {0, 0, 1, 1});

        assertThat(calibration.slope()).isBetween(0.0, 0.05);
    }

    @Test
    void aTemperatureIsRecovered() {
        var random = new Random(7);
        var task = Generated.task(Objective.MULTICLASS);
        var scores = new float[60_000];
        var labels = new float[scores.length / 3];
        for (var row = 0; row < labels.length; row++) {
            var logOdds = new float[3];
            for (var c = 0; c < 3; c++) {
                logOdds[c] = (float) random.nextGaussian();
                scores[3 * row + c] = 3 * logOdds[c];
            }
            Probabilities.softmax(logOdds, 3);
            var luck = random.nextFloat();
            labels[row] = luck < logOdds[0] ? 0 : luck < logOdds[0] + logOdds[1] ? 1 : 2;
        }
        var calibration = Calibration.fit(task, scores, labels);

        assertThat(calibration.slope()).isEqualTo(1 / 3.0, within(0.015));
        assertThat(calibration.intercept()).isZero();
    }

    @Test
    void amountsStayAsTheyAre() {
        var task = Generated.task(Objective.REGRESSION);

        assertThat(Calibration.fit(task, new float[] {1, 2}, new float[] {10, 20}))
                .isEqualTo(Calibration.NONE);
    }

    @Test
    void contributionsGrowWithTheSlopeAndTheBaseTakesTheIntercept() {
        var contributions = new Calibration(2, 0.5).applyToContributions(new float[] {1, -2, 0.25f, 3, 4, 0.25f}, 3);

        assertThat(contributions).containsExactly(2, -4, 1, 6, 8, 1);
    }

    @Test
    void aCalibrationKeepsTheOrder() {
        assertThatThrownBy(() -> new Calibration(-1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Calibration(1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
