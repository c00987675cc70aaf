package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.models.learn.FeatureSchema.Feature;
import io.perennial.models.learn.GradientBoosting.Parameters;

class ModelFittingTest {

    private static final Learner BOOSTING = new GradientBoosting(1);
    private static final List<Learner> LEARNERS = List.of(BOOSTING, new Stumps());

    private static final Map<Objective, ModelFitting.Fitted> FITTED = new EnumMap<>(Objective.class);

    /** Knows other things than the boosting does, but not as much. */
    private static final class Stumps implements Learner {

        private final Learner trees = new GradientBoosting(1, new Parameters(0.3, List.of(1), 1, 1, 1, 1, 60, 10));

        @Override
        public String name() {
            return "stumps";
        }

        @Override
        public TrainedModel fit(Task task, LabelledRows training, LabelledRows validation, long seed) {
            return trees.fit(task, training, validation, seed);
        }

        @Override
        public TrainedModel load(Task task, byte[] bytes) {
            return trees.load(task, bytes);
        }
    }

    @AfterAll
    static void close() {
        FITTED.values().forEach(fitted -> fitted.model().close());
    }

    /** What is fitted once for each objective. */
    private static ModelFitting.Fitted fitted(Objective objective) {
        return FITTED.computeIfAbsent(objective, ModelFittingTest::fit);
    }

    @ParameterizedTest
    @EnumSource
    void theBlendIsNoWorseThanItsMembers(Objective objective) {
        var fitted = fitted(objective);
        assertThat(fitted.candidates())
                .extracting(ModelFitting.Candidate::learner)
                .containsExactlyInAnyOrder("xgboost", "stumps", "blend");
        assertThat(fitted.candidates().get(0).learner())
                .isEqualTo(fitted.model().learner());
        var losses = fitted.candidates().stream()
                .mapToDouble(candidate -> candidate.metrics().loss())
                .toArray();
        assertThat(losses).isSorted();
        var blend = fitted.candidates().stream()
                .filter(candidate -> candidate.learner().equals("blend"))
                .findFirst()
                .orElseThrow();
        assertThat(blend.metrics().loss()).isLessThan(losses[0] * 1.0005);
        assertThat(blend.weights().values().stream()
                        .mapToDouble(weight -> weight)
                        .sum())
                .isEqualTo(1, within(1e-9));
    }

    @ParameterizedTest
    @EnumSource(names = {"BINARY", "REGRESSION"})
    void contributionsOfABlendAddUpToItsCalibratedScore(Objective objective) {
        var task = Generated.task(objective);
        var training = Generated.rows(objective, 1500, 1);
        var validation = Generated.rows(objective, 500, 2);
        var members = LEARNERS.stream()
                .map(learner -> new Blend.Member(learner.name(), 0.5, learner.fit(task, training, validation, 1)))
                .toList();
        try (var model = new Model(task, new Blend(members), new Calibration(1.3, -0.4))) {
            var rows = Generated.rows(objective, 300, 3).rows();
            var scores = model.score(rows);
            var contributions = model.explain(rows);
            var width = Generated.SCHEMA.size() + 1;
            for (var row = 0; row < rows.count(); row++) {
                var sum = IntStream.range(row * width, (row + 1) * width)
                        .mapToDouble(i -> contributions[i])
                        .sum();
                assertThat(sum).isEqualTo(scores[row], within(1e-3));
            }
        }
    }

    @Test
    void probabilitiesOfUnseenRowsAreCalibrated() {
        var model = fitted(Objective.BINARY).model();
        var unseen = Generated.rows(Objective.BINARY, 20_000, 5);
        var metrics = (BinaryMetrics) Metrics.of(model.task(), unseen.labels(), model.predict(unseen.rows()));
        assertThat(metrics.expectedCalibrationError()).isLessThan(0.03);
        assertThat(metrics.auc()).isGreaterThan(0.84);
    }

    @Test
    void probabilitiesOfClassesAddUpToOne() {
        var predictions = fitted(Objective.MULTICLASS)
                .model()
                .predict(Generated.rows(Objective.MULTICLASS, 100, 5).rows());
        for (var row = 0; row < 100; row++) {
            assertThat(predictions[3 * row] + predictions[3 * row + 1] + predictions[3 * row + 2])
                    .isEqualTo(1, within(1e-5f));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModelReadAgainIsTheSame(Objective objective) {
        var rows = Generated.rows(objective, 100, 5).rows();
        var model = fitted(objective).model();
        try (var read = Model.read(model.toBytes(), LEARNERS)) {
            assertThat(read.task()).isEqualTo(model.task());
            assertThat(read.learner()).isEqualTo(model.learner());
            assertThat(read.predict(rows)).isEqualTo(model.predict(rows));
        }
    }

    @Test
    void aDamagedArtifactIsRefused() {
        var bytes = fitted(Objective.BINARY).model().toBytes();
        for (var length : new int[] {0, 3, 15, 16, 40, bytes.length / 2, bytes.length - 1}) {
            assertRefused(Arrays.copyOf(bytes, length));
        }
        for (var at = 0; at < bytes.length; at += Math.max(1, at < 64 ? 1 : bytes.length / 50)) {
            var flipped = bytes.clone();
            flipped[at] ^= 0x10;
            assertRefused(flipped);
        }
        assertRefused(Arrays.copyOf(bytes, bytes.length + 1));
    }

    private static void assertRefused(byte[] bytes) {
        assertThatThrownBy(() -> Model.read(bytes, LEARNERS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("artifact");
    }

    @Test
    void anArtifactOfAnUnknownLearnerIsRefused() {
        var bytes = fitted(Objective.BINARY).model().toBytes();
        assertThatThrownBy(() -> Model.read(bytes, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Nothing here can read a model of");
    }

    @Test
    void rowsOfAnotherSchemaAreRefused() {
        var other = new FeatureSchema(List.of(
                Feature.numeric("slope"),
                Feature.numeric("often_missing"),
                new Feature("plan", List.of("basic", "plus", "pro")),
                Feature.numeric("noise")));
        var rows = new Rows(other, 1, new float[4]);
        var model = fitted(Objective.BINARY).model();
        assertThatThrownBy(() -> model.predict(rows)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> model.explain(rows)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneClassOnlyIsRefused() {
        var task = Generated.task(Objective.BINARY);
        var rows = Generated.rows(Objective.BINARY, 100, 1);
        var never = new LabelledRows(rows.rows(), new float[100]);
        assertThatThrownBy(() -> new ModelFitting(LEARNERS, 2).fit(task, never, rows, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("All training rows have the label 0");
        assertThatThrownBy(() -> new ModelFitting(LEARNERS, 2).fit(task, rows, never, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("All validation rows have the label 0");
    }

    @Test
    void theSameSeedPromotesTheSameModel() {
        try (var same = fit(Objective.BINARY).model()) {
            assertThat(same.toBytes())
                    .isEqualTo(fitted(Objective.BINARY).model().toBytes());
        }
    }

    /** Predictions that had seen their own labels would be far better than the best there can be. */
    @Test
    void crossValidationPredictsWhatItHasNotSeen() {
        var task = Generated.task(Objective.BINARY);
        var rows = Generated.rows(Objective.BINARY, 2000, 1);
        var predictions = new CrossValidation(new ModelFitting(List.of(BOOSTING), 2), 4, 5).predict(task, rows, 1);
        var best = new float[rows.count()];
        for (var row = 0; row < best.length; row++) {
            best[row] = (float) Probabilities.sigmoid(Generated.logOdds(rows.rows(), row));
        }
        var metrics = (BinaryMetrics) Metrics.of(task, rows.labels(), predictions.get(CrossValidation.PROMOTED));

        assertThat(metrics.auc()).isBetween(0.8, ((BinaryMetrics) Metrics.of(task, rows.labels(), best)).auc() + 0.005);
        assertThat(predictions.get("xgboost")).isEqualTo(predictions.get(CrossValidation.PROMOTED));
    }

    @Test
    void foldsHaveTheSameShareOfEveryClass() {
        var rows = Generated.rows(Objective.BINARY, 1003, 1);
        var split = Split.of(rows, 5, 1);
        for (var fold = 0; fold < 5; fold++) {
            var part = split.part(fold);
            var positives = IntStream.range(0, part.count())
                    .filter(i -> part.labels()[i] > 0)
                    .count();
            var all = IntStream.range(0, rows.count())
                    .filter(i -> rows.labels()[i] > 0)
                    .count();
            assertThat(part.count()).isBetween(200, 201);
            assertThat((double) positives).isEqualTo(all / 5.0, within(1.0));
            assertThat(part.count() + split.without(fold).count()).isEqualTo(1003);
        }
    }

    private static ModelFitting.Fitted fit(Objective objective) {
        return new ModelFitting(LEARNERS, 2)
                .fit(
                        Generated.task(objective),
                        Generated.rows(objective, 1500, 1),
                        Generated.rows(objective, 1000, 2),
                        1);
    }
}
