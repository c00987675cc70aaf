package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.perennial.models.learn.GradientBoosting.Parameters;

class GradientBoostingTest {

    private final GradientBoosting boosting = new GradientBoosting(1);

    @ParameterizedTest
    @EnumSource(names = {"BINARY", "REGRESSION"})
    void contributionsAddUpToTheScore(Objective objective) {
        var task = Generated.task(objective);
        try (var model = fit(task, 1)) {
            var rows = Generated.rows(objective, 500, 3).rows();
            var scores = model.score(rows);
            var contributions = model.explain(rows);
            var width = Generated.SCHEMA.size() + 1;
            assertThat(contributions).hasSize(500 * width);
            for (var row = 0; row < rows.count(); row++) {
                var sum = IntStream.range(row * width, (row + 1) * width)
                        .mapToDouble(i -> contributions[i])
                        .sum();
                assertThat(sum).isEqualTo(scores[row], within(1e-3));
            }
        }
    }

    @Test
    void scoresAreTheLogOdds() {
        try (var model = fit(Generated.task(Objective.BINARY), 1)) {
            var rows = Generated.rows(Objective.BINARY, 1000, 3).rows();
            var scores = model.score(rows);
            var distance = IntStream.range(0, rows.count())
                    .mapToDouble(row -> Math.abs(scores[row] - Generated.logOdds(rows, row)))
                    .average()
                    .orElseThrow();
            assertThat(distance).isLessThan(0.4);
        }
    }

    @Test
    void amountsArePredictedInTheirUnit() {
        var task = Generated.task(Objective.REGRESSION);
        try (var model = fit(task, 1)) {
            var unseen = Generated.rows(Objective.REGRESSION, 1000, 3);
            var metrics = (RegressionMetrics) Metrics.of(task, unseen.labels(), model.score(unseen.rows()));
            assertThat(metrics.r2()).isGreaterThan(0.97);
        }
    }

    @Test
    void classesHaveAScoreEach() {
        var task = Generated.task(Objective.MULTICLASS);
        try (var model = fit(task, 1)) {
            var unseen = Generated.rows(Objective.MULTICLASS, 1000, 3);
            var scores = model.score(unseen.rows());
            assertThat(scores).hasSize(3000);
            var metrics =
                    (MulticlassMetrics) Metrics.of(task, unseen.labels(), Probabilities.predictions(task, scores));
            assertThat(metrics.logLoss()).isLessThan(0.8);
            assertThatThrownBy(() -> model.explain(unseen.rows())).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void thatAValueIsMissingCounts() {
        try (var model = fit(Generated.task(Objective.BINARY), 1)) {
            var scores = model.score(new Rows(Generated.SCHEMA, 2, new float[] {0, Float.NaN, 0, 0, 0, 0, 0, 0}));
            assertThat(scores[0] - scores[1]).isBetween(1.4f, 2.6f);
        }
    }

    @Test
    void categoriesAreToldApartInAnyOrder() {
        try (var model = fit(Generated.task(Objective.BINARY), 1)) {
            var scores = model.score(
                    new Rows(Generated.SCHEMA, 4, new float[] {0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0}));
            assertThat(scores[2]).isGreaterThan(scores[1] + 0.8f);
            assertThat(scores[1]).isGreaterThan(scores[3] + 0.5f);
            assertThat(scores[3]).isGreaterThan(scores[0] + 0.1f);
        }
    }

    @Test
    void theSameSeedGivesTheSameModel() {
        var task = Generated.task(Objective.BINARY);
        try (var model = fit(task, 1);
                var same = fit(task, 1);
                var other = fit(task, 2)) {
            assertThat(model.toBytes()).isEqualTo(same.toBytes()).isNotEqualTo(other.toBytes());
        }
    }

    @Test
    void itStopsWhereTheValidationLossIsLeast() {
        var task = Generated.task(Objective.BINARY);
        var training = Generated.rows(Objective.BINARY, 300, 1);
        var validation = Generated.rows(Objective.BINARY, 300, 2);
        var greedy = new Parameters(0.3, List.of(6), 1, 1, 1, 1, 200, 200);
        try (var stopped = new GradientBoosting(1, greedy).fit(task, training, validation, 1);
                var onItself = new GradientBoosting(1, greedy).fit(task, training, training, 1)) {
            var loss = loss(task, stopped, validation);
            assertThat(loss).isLessThan(loss(task, onItself, validation) - 0.05);
            for (var rounds = 1; rounds <= 10; rounds++) {
                var fewer = new Parameters(0.3, List.of(6), 1, 1, 1, 1, rounds, 1000);
                try (var model = new GradientBoosting(1, fewer).fit(task, training, training, 1)) {
                    assertThat(loss(task, model, validation)).isGreaterThanOrEqualTo(loss - 1e-6);
                }
            }
        }
    }

    private static double loss(Task task, TrainedModel model, LabelledRows rows) {
        return Metrics.of(task, rows.labels(), Probabilities.predictions(task, model.score(rows.rows())))
                .loss();
    }

    @ParameterizedTest
    @EnumSource
    void aLoadedModelIsTheSame(Objective objective) {
        var task = Generated.task(objective);
        var rows = Generated.rows(objective, 200, 3).rows();
        try (var model = fit(task, 1);
                var loaded = boosting.load(task, model.toBytes())) {
            assertThat(loaded.score(rows)).isEqualTo(model.score(rows));
            assertThat(loaded.toBytes()).isEqualTo(model.toBytes());
            if (task.classes() == 1) {
                assertThat(loaded.explain(rows)).isEqualTo(model.explain(rows));
            }
        }
    }

    @Test
    void anythingElseIsNotLoaded() {
        var task = Generated.task(Objective.BINARY);
        try (var model = fit(task, 1)) {
            var bytes = model.toBytes();
            var truncated = Arrays.copyOf(bytes, bytes.length / 2);
            assertThatThrownBy(() -> boosting.load(task, truncated)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> boosting.load(task, new byte[0])).isInstanceOf(IllegalArgumentException.class);
            var narrow = Task.of(
                    Objective.BINARY,
                    new FeatureSchema(Generated.SCHEMA.features().subList(0, 2)));
            assertThatThrownBy(() -> boosting.load(narrow, bytes))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("4 features");
        }
    }

    private TrainedModel fit(Task task, long seed) {
        return boosting.fit(
                task, Generated.rows(task.objective(), 3000, 1), Generated.rows(task.objective(), 1000, 2), seed);
    }
}
