package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

import io.perennial.models.learn.FeatureSchema.Feature;

class MetricsTest {

    private static final FeatureSchema SCHEMA = new FeatureSchema(List.of(Feature.numeric("x")));

    @Property(tries = 300)
    void aucIsHowOftenThePositiveOfAPairIsAhead(
            @ForAll @Size(min = 2, max = 60) List<@IntRange(max = 9) Integer> tenths, @ForAll long seed) {
        var predictions =
                floats(tenths.stream().mapToDouble(tenth -> tenth / 10.0).toArray());
        var labels = new float[predictions.length];
        for (var i = 0; i < labels.length; i++) {
            labels[i] = i == 0 ? 1 : i == 1 ? 0 : (seed >> i) & 1;
        }

        assertThat(binary(labels, predictions).auc()).isEqualTo(pairsAhead(labels, predictions), within(1e-12));
    }

    private static double pairsAhead(float[] labels, float[] predictions) {
        var ahead = 0.0;
        var pairs = 0;
        for (var i = 0; i < labels.length; i++) {
            for (var j = 0; j < labels.length; j++) {
                if (labels[i] > labels[j]) {
                    pairs++;
                    ahead += predictions[i] > predictions[j] ? 1 : predictions[i] == predictions[j] ? 0.5 : 0;
                }
            }
        }
        return ahead / pairs;
    }

    /** Precision is 1, 1/2, 2/3, 2/4 down the list. */
    @Test
    void prAucIsThePrecisionAtEveryFind() {
        var metrics = binary(floats(1, 0, 1, 0), floats(0.9, 0.8, 0.7, 0.6));

        assertThat(metrics.prAuc()).isEqualTo(0.5 * 1 + 0.5 * 2 / 3, within(1e-12));
        assertThat(metrics.auc()).isEqualTo(0.75);
    }

    /** The two in the middle are found together, at a precision of 2/3. */
    @Test
    void prAucTakesTiesTogether() {
        assertThat(binary(floats(1, 0, 1, 0), floats(0.9, 0.7, 0.7, 0.6)).prAuc())
                .isEqualTo(0.5 * 1 + 0.5 * 2 / 3, within(1e-12));
        assertThat(binary(floats(0, 1, 1, 0), floats(0.9, 0.7, 0.7, 0.6)).prAuc())
                .isEqualTo(2.0 / 3, within(1e-12));
        assertThat(binary(floats(0, 1, 0, 0), floats(0.5, 0.5, 0.5, 0.5)).prAuc())
                .isEqualTo(0.25, within(1e-12));
    }

    @Test
    void logLossAndBrierAreThoseOfTheBooks() {
        var metrics = binary(floats(1, 0), floats(0.8, 0.4));

        assertThat(metrics.logLoss()).isEqualTo(-(Math.log(0.8) + Math.log(0.6)) / 2, within(1e-6));
        assertThat(metrics.brier()).isEqualTo((0.04 + 0.16) / 2, within(1e-6));
        assertThat(metrics.prevalence()).isEqualTo(0.5);
    }

    @Test
    void beingSureAndWrongIsBadButFinite() {
        assertThat(binary(floats(1, 0), floats(0, 1)).logLoss()).isEqualTo(-Math.log(1e-7), within(1e-9));
    }

    @Test
    void theCurveHasTenBinsOfEquallyManyRows() {
        var labels = new float[100];
        var predictions = new float[100];
        for (var i = 0; i < 100; i++) {
            predictions[i] = (i + 0.5f) / 100;
            labels[i] = i % 10 < i / 10 ? 1 : 0;
        }
        var metrics = binary(labels, predictions);

        assertThat(metrics.calibrationCurve()).hasSize(10).allMatch(bin -> bin.count() == 10);
        assertThat(metrics.calibrationCurve().get(3).predicted()).isEqualTo(0.35, within(1e-6));
        assertThat(metrics.calibrationCurve().get(3).observed()).isEqualTo(0.3, within(1e-9));
        assertThat(metrics.expectedCalibrationError()).isEqualTo(0.05, within(1e-6));
    }

    /** In whatever order the rows came, every bin holds its share of the one tie that there is. */
    @Test
    void aConstantPredictionOfThePrevalenceIsCalibrated() {
        var labels = new float[100];
        Arrays.fill(labels, 0, 30, 1);
        var predictions = new float[100];
        Arrays.fill(predictions, 0.3f);

        assertThat(binary(labels, predictions).expectedCalibrationError()).isEqualTo(0, within(1e-6));
        assertThat(binary(labels, predictions).topTenth().lift()).isEqualTo(1, within(1e-9));
        assertThat(binary(labels, predictions).auc()).isEqualTo(0.5, within(1e-12));
    }

    @Test
    void theTopIsComparedToAll() {
        var labels = new float[20];
        var predictions = new float[20];
        for (var i = 0; i < 20; i++) {
            predictions[i] = 1 - i / 20f;
            labels[i] = i < 3 || i == 10 || i == 15 ? 1 : 0;
        }
        var metrics = binary(labels, predictions);

        assertThat(metrics.topTenth()).isEqualTo(new BinaryMetrics.Top(1, 0.4, 4.0));
        assertThat(metrics.topFifth()).isEqualTo(new BinaryMetrics.Top(0.75, 0.6, 3.0));
    }

    @Test
    void whatOneClassCannotTellIsLeftOpen() {
        var metrics = binary(floats(0, 0, 0), floats(0.1, 0.2, 0.3));

        assertThat(metrics.auc()).isNull();
        assertThat(metrics.prAuc()).isNull();
        assertThat(metrics.topTenth().lift()).isNull();
        assertThat(metrics.logLoss()).isEqualTo(-(Math.log(0.9) + Math.log(0.8) + Math.log(0.7)) / 3, within(1e-6));
    }

    @Test
    void amountsAreComparedInTheirUnitAndByTheirOrder() {
        var metrics = (RegressionMetrics)
                Metrics.of(Task.of(Objective.REGRESSION, SCHEMA), floats(1, 2, 3, 4), floats(1, 2, 3, 8));

        assertThat(metrics).isEqualTo(new RegressionMetrics(4, 2, 1, 1 - 16 / 5.0, 1.0));
        assertThat(metrics.loss()).isEqualTo(2);
    }

    @Test
    void constantAmountsHaveNoOrder() {
        var metrics =
                (RegressionMetrics) Metrics.of(Task.of(Objective.REGRESSION, SCHEMA), floats(1, 2, 3), floats(2, 2, 2));

        assertThat(metrics.spearman()).isNull();
        assertThat(metrics.r2()).isEqualTo(0);
    }

    /** The classes stand at places 1, 2 and 6. */
    @Test
    void classesGainByTheirPlace() {
        var probabilities = floats(
                0.4, 0.2, 0.1, 0.1, 0.1, 0.1, //
                0.4, 0.2, 0.1, 0.1, 0.1, 0.1, //
                0.3, 0.2, 0.15, 0.13, 0.12, 0.1);
        var metrics = (MulticlassMetrics)
                Metrics.of(new Task(Objective.MULTICLASS, SCHEMA, 6), floats(0, 1, 5), probabilities);

        assertThat(metrics.accuracy()).isEqualTo(1 / 3.0, within(1e-12));
        assertThat(metrics.ndcgAt5()).isEqualTo((1 + Math.log(2) / Math.log(3)) / 3, within(1e-12));
        assertThat(metrics.logLoss()).isEqualTo(-(Math.log(0.4) + Math.log(0.2) + Math.log(0.1)) / 3, within(1e-6));
    }

    @Test
    void classesThatAreEquallyProbableShareTheirPlaces() {
        var metrics = (MulticlassMetrics)
                Metrics.of(new Task(Objective.MULTICLASS, SCHEMA, 2), floats(0, 1), floats(0.5, 0.5, 0.5, 0.5));

        assertThat(metrics.accuracy()).isEqualTo(0.5, within(1e-12));
        assertThat(metrics.ndcgAt5()).isEqualTo((1 + Math.log(2) / Math.log(3)) / 2, within(1e-12));
    }

    @Test
    void predictionsHaveToBeThereForEveryLabel() {
        assertThatThrownBy(() -> binary(floats(1, 0), floats(0.5))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> binary(floats(), floats())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theyAreWrittenAsTheApiWritesThem() throws JsonProcessingException {
        var json = new ObjectMapper()
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .valueToTree(binary(floats(1, 0), floats(0.75, 0.25)));

        assertThat(json.at("/auc").doubleValue()).isEqualTo(1);
        assertThat(json.at("/pr_auc").doubleValue()).isEqualTo(1);
        assertThat(json.at("/expected_calibration_error").doubleValue()).isEqualTo(0.25);
        assertThat(json.at("/calibration_curve/0/predicted").doubleValue()).isEqualTo(0.25);
        assertThat(json.at("/top_tenth/lift").doubleValue()).isEqualTo(2);
        assertThat(json.has("loss")).isFalse();
    }

    private static BinaryMetrics binary(float[] labels, float[] predictions) {
        return (BinaryMetrics) Metrics.of(Task.of(Objective.BINARY, SCHEMA), labels, predictions);
    }

    private static float[] floats(double... values) {
        var floats = new float[values.length];
        for (var i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
