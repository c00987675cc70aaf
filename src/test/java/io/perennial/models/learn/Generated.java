package io.perennial.models.learn;

import java.util.List;
import java.util.Random;

import io.perennial.models.learn.FeatureSchema.Feature;

/**
 * Rows of which it is known how they came about: two numbers, one of them often missing, a category and noise. What is
 * {@link #logOdds} of it is the log-odds, or the amount, or makes one of three classes likelier.
 */
final class Generated {

    static final FeatureSchema SCHEMA = new FeatureSchema(List.of(
            Feature.numeric("slope"),
            Feature.numeric("often_missing"),
            new Feature("plan", List.of("basic", "plus", "pro", "trial")),
            Feature.numeric("noise")));

    private static final double[] PLANS = {-1, 0.5, 2, -0.5};

    private Generated() {}

    static Task task(Objective objective) {
        return new Task(objective, SCHEMA, objective == Objective.MULTICLASS ? 3 : 1);
    }

    static LabelledRows rows(Objective objective, int count, long seed) {
        var random = new Random(seed);
        var values = new float[count * SCHEMA.size()];
        var labels = new float[count];
        for (var row = 0; row < count; row++) {
            var from = row * SCHEMA.size();
            values[from] = (float) random.nextGaussian();
            values[from + 1] = random.nextInt(3) == 0 ? Float.NaN : (float) random.nextGaussian();
            values[from + 2] = random.nextInt(PLANS.length);
            values[from + 3] = (float) random.nextGaussian();
            labels[row] = label(objective, logOdds(values, from), random);
        }
        return new LabelledRows(new Rows(SCHEMA, count, values), labels);
    }

    /** That a value is missing says more than the value. */
    private static double logOdds(float[] values, int from) {
        var missing = Float.isNaN(values[from + 1]) ? 1.5 : -0.5 + 0.3 * values[from + 1];
        return 1.2 * values[from] + missing + PLANS[(int) values[from + 2]] - 0.5;
    }

    static double logOdds(Rows rows, int row) {
        return logOdds(rows.values(), row * SCHEMA.size());
    }

    private static float label(Objective objective, double logOdds, Random random) {
        return switch (objective) {
            case BINARY -> random.nextDouble() < Probabilities.sigmoid(logOdds) ? 1 : 0;
            case REGRESSION -> (float) (10 * logOdds + random.nextGaussian());
            case MULTICLASS ->
                random.nextDouble() < Probabilities.sigmoid(logOdds) ? 2 : random.nextInt(4) == 0 ? 1 : 0;
        };
    }
}
