package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a tabular network learns, says of itself and keeps, on tables whose rule is known. */
class TabularNetworkTest {

    private static final int SEED = 11;
    private static final int SEGMENTS = 20;

    /** Small enough to be trained in a second. */
    private static final TabularNetwork.Recipe SMALL = new TabularNetwork.Recipe(8, 48, 2, 0.1f, 3e-3f, 3e-4f, 8, 40);

    private static final TabularNetwork LEARNER = new TabularNetwork(SMALL);

    private static final Task EXCLUSIVE_OR = Task.of(
            Objective.BINARY,
            new FeatureSchema(List.of(
                    FeatureSchema.Feature.numeric("left"),
                    FeatureSchema.Feature.numeric("right"),
                    FeatureSchema.Feature.numeric("noise"),
                    new FeatureSchema.Feature("plan", List.of("basic", "plus", "pro")))));

    private static LabelledRows unseen;

    /** A few, for it takes long to explain a row. */
    private static LabelledRows explained;

    private static TrainedModel model;

    @BeforeAll
    static void learn() {
        unseen = exclusiveOr(1000, 3);
        explained = exclusiveOr(200, 4);
        model = LEARNER.fit(EXCLUSIVE_OR, exclusiveOr(3000, 1), exclusiveOr(800, 2), SEED);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void itLearnsAnExclusiveOrWithMissingValuesThatALogisticRegressionCannot() {
        var training = exclusiveOr(3000, 1);

        var network = areaUnderCurve(model.score(unseen.rows()), unseen.labels());
        var logistic = areaUnderCurve(logisticRegression(training, unseen.rows()), unseen.labels());

        assertThat(logistic).isLessThan(0.62);
        assertThat(network).isGreaterThan(0.85);
    }

    @Test
    void itComesCloseToTheBestThatCanBeKnown() {
        var task = Task.of(
                Objective.BINARY,
                new FeatureSchema(List.of(
                        FeatureSchema.Feature.numeric("skewed"),
                        FeatureSchema.Feature.numeric("round"),
                        new FeatureSchema.Feature("segment", names(SEGMENTS)))));
        ToDoubleFunction<float[]> logOdds = row -> Math.log(row[0]) + 2 * Math.abs(row[1]) - 2 + effect((int) row[2]);
        var test = rowsOf(task, 2000, 6, logOdds);

        try (var trained = LEARNER.fit(task, rowsOf(task, 4000, 4, logOdds), rowsOf(task, 1000, 5, logOdds), SEED)) {
            var best = new float[test.count()];
            for (var row = 0; row < best.length; row++) {
                best[row] = (float) logOdds.applyAsDouble(row(test.rows(), row));
            }
            var optimum = areaUnderCurve(best, test.labels());
            var reached = areaUnderCurve(trained.score(test.rows()), test.labels());
            assertThat(optimum).isGreaterThan(0.85);
            assertThat(reached).isBetween(optimum - 0.02, optimum + 0.01);
        }
    }

    @Test
    void contributionsAndWhatEveryRowBeginsWithAddUpToTheScore() {
        var scores = model.score(explained.rows());
        var contributions = model.explain(explained.rows());

        for (var row = 0; row < explained.count(); row++) {
            var sum = 0.0;
            for (var i = 0; i < 5; i++) {
                sum += contributions[row * 5 + i];
            }
            assertThat(sum).isCloseTo(scores[row], within(1e-3));
            assertThat(contributions[row * 5 + 4]).isEqualTo(contributions[4]);
        }
    }

    @Test
    void whatMattersContributesMoreThanNoise() {
        var contributions = model.explain(explained.rows());

        var meaning = new double[4];
        for (var row = 0; row < explained.count(); row++) {
            for (var feature = 0; feature < 4; feature++) {
                meaning[feature] += Math.abs(contributions[row * 5 + feature]) / explained.count();
            }
        }
        assertThat(meaning[0]).isGreaterThan(3 * meaning[2]);
        assertThat(meaning[1]).isGreaterThan(3 * meaning[2]);
    }

    @Test
    void theSameSeedAndRowsGiveTheSameModelAndAnotherSeedAnother() {
        var training = exclusiveOr(600, 1);
        var validation = exclusiveOr(200, 2);

        try (var first = LEARNER.fit(EXCLUSIVE_OR, training, validation, 5);
                var second = LEARNER.fit(EXCLUSIVE_OR, training, validation, 5);
                var other = LEARNER.fit(EXCLUSIVE_OR, training, validation, 6)) {
            assertThat(second.toBytes()).isEqualTo(first.toBytes());
            assertThat(second.score(unseen.rows())).isEqualTo(first.score(unseen.rows()));
            assertThat(other.score(unseen.rows())).isNotEqualTo(first.score(unseen.rows()));
        }
    }

    @Test
    void aModelThatWasSavedAndLoadedIsTheSame() {
        try (var loaded = new TabularNetwork().load(EXCLUSIVE_OR, model.toBytes())) {
            assertThat(loaded.score(unseen.rows())).isEqualTo(model.score(unseen.rows()));
            assertThat(loaded.explain(explained.rows())).isEqualTo(model.explain(explained.rows()));
            assertThat(loaded.toBytes()).isEqualTo(model.toBytes());
        }
    }

    @Test
    void anythingElseIsRefused() {
        var bytes = model.toBytes();
        var damaged = bytes.clone();
        damaged[bytes.length / 2] ^= 1;
        var otherTask = Task.of(Objective.REGRESSION, EXCLUSIVE_OR.schema());
        var moreFeatures = new ArrayList<>(EXCLUSIVE_OR.schema().features());
        moreFeatures.add(FeatureSchema.Feature.numeric("more"));
        var moreCategories = new ArrayList<>(EXCLUSIVE_OR.schema().features());
        moreCategories.set(3, new FeatureSchema.Feature("plan", names(5)));

        for (var broken : List.of(new byte[0], new byte[9], Arrays.copyOf(bytes, bytes.length - 1), damaged)) {
            assertThatThrownBy(() -> LEARNER.load(EXCLUSIVE_OR, broken)).isInstanceOf(IllegalArgumentException.class);
        }
        for (var task : List.of(
                otherTask,
                Task.of(Objective.BINARY, new FeatureSchema(moreFeatures)),
                Task.of(Objective.BINARY, new FeatureSchema(moreCategories)))) {
            assertThatThrownBy(() -> LEARNER.load(task, bytes)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void rowsOfOtherFeaturesAreRefused() {
        var other = new FeatureSchema(List.of(FeatureSchema.Feature.numeric("left")));

        assertThatThrownBy(() -> model.score(new Rows(other, 1, new float[] {1})))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theScoreIsTheMeanOfWhatTheMembersScore() {
        var rows = exclusiveOr(700, 5).rows();
        var scores = model.score(rows);

        var members = model.memberScores(rows);

        assertThat(members).hasSize(700 * SMALL.members());
        for (var row = 0; row < rows.count(); row++) {
            var own = Arrays.copyOfRange(members, row * SMALL.members(), (row + 1) * SMALL.members());
            var mean = IntStream.range(0, own.length).mapToDouble(i -> own[i]).average();
            assertThat((double) scores[row]).isCloseTo(mean.orElseThrow(), within(1e-4));
            assertThat(own[0]).isNotEqualTo(own[1]);
        }
    }

    @Test
    void aRowScoresTheSameAloneAndAmongOthers() {
        var together = model.score(unseen.rows());

        for (var row = 0; row < 50; row++) {
            var alone = model.score(new Rows(EXCLUSIVE_OR.schema(), 1, row(unseen.rows(), row)));
            assertThat(alone[0]).isCloseTo(together[row], within(1e-4f));
        }
        assertThat(model.score(new Rows(EXCLUSIVE_OR.schema(), 0, new float[0])))
                .isEmpty();
    }

    @Test
    void aCategoryThatWasNeverSeenSaysNothing() {
        var schema = EXCLUSIVE_OR.schema();
        var missing = new Rows(schema, 1, new float[] {1, 1, 0, Float.NaN});
        var unknown = new Rows(schema, 1, new float[] {1, 1, 0, 3});

        assertThat(model.score(unknown)).isEqualTo(model.score(missing));
        assertThat(model.explain(missing)[3]).isCloseTo(0, within(1e-5f));
    }

    @Test
    void scoringLeavesNothingInTheMemoryOfTheEngine() {
        var network = (TabularNetworkModel) model;
        var few =
                new Rows(EXCLUSIVE_OR.schema(), 10, Arrays.copyOf(unseen.rows().values(), 40));
        var before = network.arrays();

        for (var i = 0; i < 200; i++) {
            model.score(few);
        }
        model.explain(few);

        assertThat(before).isPositive();
        assertThat(network.arrays()).isEqualTo(before);
    }

    @Test
    void trainingLeavesNothingInTheMemoryOfTheEngine() {
        try (var memory = Torch.newManager()) {
            var engine = memory.getParentManager();
            var before = engine.getManagedArrays().size();

            LEARNER.fit(EXCLUSIVE_OR, exclusiveOr(300, 1), exclusiveOr(100, 2), SEED)
                    .close();

            assertThat(engine.getManagedArrays()).hasSize(before);
        }
    }

    @Test
    void amountsAreLearnedInTheirUnit() {
        var task = Task.of(
                Objective.REGRESSION,
                new FeatureSchema(List.of(FeatureSchema.Feature.numeric("a"), FeatureSchema.Feature.numeric("b"))));

        try (var trained = LEARNER.fit(task, amounts(task, 2000, 1), amounts(task, 500, 2), SEED)) {
            var test = amounts(task, 500, 3);
            var scores = trained.score(test.rows());
            var explained = trained.explain(test.rows());
            var squares = 0.0;
            for (var row = 0; row < scores.length; row++) {
                squares += Math.pow(scores[row] - test.labels()[row], 2) / scores.length;
                assertThat(explained[row * 3] + explained[row * 3 + 1] + explained[row * 3 + 2])
                        .isCloseTo(scores[row], within(0.01f));
            }
            // The labels deviate by 224 from their mean, and by 10 from what can be known.
            assertThat(Math.sqrt(squares)).isLessThan(40);
        }
    }

    @Test
    void oneOfSeveralClassesIsTold() {
        var schema = new FeatureSchema(List.of(FeatureSchema.Feature.numeric("a"), FeatureSchema.Feature.numeric("b")));
        var task = new Task(Objective.MULTICLASS, schema, 3);

        try (var trained = LEARNER.fit(task, classes(schema, 1500, 1), classes(schema, 400, 2), SEED)) {
            var test = classes(schema, 500, 3);
            var scores = trained.score(test.rows());
            assertThat(scores).hasSize(1500);
            var right = IntStream.range(0, 500)
                    .filter(row -> largest(scores, row * 3) == (int) test.labels()[row])
                    .count();
            assertThat(right).isGreaterThan(470);
            assertThatThrownBy(() -> trained.explain(test.rows())).isInstanceOf(IllegalStateException.class);
            try (var loaded = LEARNER.load(task, trained.toBytes())) {
                assertThat(loaded.score(test.rows())).isEqualTo(scores);
            }
        }
    }

    @Test
    void itNeedsRowsToTrainAndToValidateWith() {
        var none = exclusiveOr(0, 1);
        var some = exclusiveOr(10, 1);

        assertThatThrownBy(() -> LEARNER.fit(EXCLUSIVE_OR, none, some, SEED))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LEARNER.fit(EXCLUSIVE_OR, some, none, SEED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** One of ten labels is wrong; a tenth of the values of each side is missing, and then the label is 1 as a rule. */
    private static LabelledRows exclusiveOr(int count, long seed) {
        var random = new Random(seed);
        var values = new float[count * 4];
        var labels = new float[count];
        for (var row = 0; row < count; row++) {
            var left = random.nextGaussian();
            var right = random.nextGaussian();
            var missing = random.nextInt(10);
            values[row * 4] = missing == 0 ? Float.NaN : (float) left;
            values[row * 4 + 1] = missing == 1 ? Float.NaN : (float) right;
            values[row * 4 + 2] = (float) random.nextGaussian();
            values[row * 4 + 3] = random.nextInt(3);
            var label = missing <= 1 || left > 0 != right > 0;
            labels[row] = label != (random.nextInt(10) == 0) ? 1 : 0;
        }
        return new LabelledRows(new Rows(EXCLUSIVE_OR.schema(), count, values), labels);
    }

    private static double effect(int segment) {
        return segment % 4 - 1.5;
    }

    private static LabelledRows rowsOf(Task task, int count, long seed, ToDoubleFunction<float[]> logOdds) {
        var random = new Random(seed);
        var values = new float[count * 3];
        var labels = new float[count];
        for (var row = 0; row < count; row++) {
            values[row * 3] = (float) Math.exp(1.5 * random.nextGaussian());
            values[row * 3 + 1] = (float) random.nextGaussian();
            values[row * 3 + 2] = random.nextInt(SEGMENTS);
            var odds = logOdds.applyAsDouble(Arrays.copyOfRange(values, row * 3, row * 3 + 3));
            labels[row] = random.nextDouble() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
        }
        return new LabelledRows(new Rows(task.schema(), count, values), labels);
    }

    private static LabelledRows amounts(Task task, int count, long seed) {
        var random = new Random(seed);
        var values = new float[count * 2];
        var labels = new float[count];
        for (var row = 0; row < count; row++) {
            var a = random.nextGaussian();
            var b = random.nextGaussian();
            values[row * 2] = (float) a;
            values[row * 2 + 1] = (float) b;
            labels[row] = (float) (5000 + 200 * a + 100 * Math.max(b, 0) * Math.signum(a) + 10 * random.nextGaussian());
        }
        return new LabelledRows(new Rows(task.schema(), count, values), labels);
    }

    private static LabelledRows classes(FeatureSchema schema, int count, long seed) {
        var random = new Random(seed);
        var values = new float[count * 2];
        var labels = new float[count];
        for (var row = 0; row < count; row++) {
            var a = random.nextGaussian();
            var b = random.nextGaussian();
            values[row * 2] = (float) a;
            values[row * 2 + 1] = (float) b;
            labels[row] = a * a + b * b < 1 ? 0 : a > 0 ? 1 : 2;
        }
        return new LabelledRows(new Rows(schema, count, values), labels);
    }

    private static int largest(float[] scores, int from) {
        return IntStream.range(0, 3)
                .reduce((a, b) -> scores[from + b] > scores[from + a] ? b : a)
                .orElseThrow();
    }

    private static float[] row(Rows rows, int row) {
        var width = rows.schema().size();
        return Arrays.copyOfRange(rows.values(), row * width, (row + 1) * width);
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "s" + i).toList();
    }

    /** Maximum likelihood by gradient ascent, with flags of what is missing. */
    private static float[] logisticRegression(LabelledRows training, Rows rows) {
        var weights = new double[7];
        for (var round = 0; round < 200; round++) {
            var gradient = new double[7];
            for (var row = 0; row < training.count(); row++) {
                var x = inputs(training.rows(), row);
                var error = training.labels()[row] - 1 / (1 + Math.exp(-product(weights, x)));
                for (var i = 0; i < x.length; i++) {
                    gradient[i] += error * x[i];
                }
            }
            for (var i = 0; i < weights.length; i++) {
                weights[i] += gradient[i] / training.count();
            }
        }
        var scores = new float[rows.count()];
        for (var row = 0; row < scores.length; row++) {
            scores[row] = (float) product(weights, inputs(rows, row));
        }
        return scores;
    }

    private static double[] inputs(Rows rows, int row) {
        var left = rows.get(row, 0);
        var right = rows.get(row, 1);
        return new double[] {
            1,
            Float.isNaN(left) ? 0 : left,
            Float.isNaN(left) ? 1 : 0,
            Float.isNaN(right) ? 0 : right,
            Float.isNaN(right) ? 1 : 0,
            rows.get(row, 2),
            rows.get(row, 3)
        };
    }

    private static double product(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    /** The share of pairs of a 1 and a 0 that the scores put in order. */
    private static double areaUnderCurve(float[] scores, float[] labels) {
        var order = new ArrayList<>(IntStream.range(0, scores.length).boxed().toList());
        Collections.sort(order, (a, b) -> Float.compare(scores[a], scores[b]));
        var negatives = 0L;
        var inOrder = 0L;
        var positives = 0L;
        for (var row : order) {
            if (labels[row] == 0) {
                negatives++;
            } else {
                positives++;
                inOrder += negatives;
            }
        }
        return (double) inOrder / (positives * negatives);
    }
}
