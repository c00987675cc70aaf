package io.perennial.models.learn;

import org.hipparchus.util.FastMath;

/** What log-odds are as probabilities. */
final class Probabilities {

    private Probabilities() {}

    /** The probability of log-odds. */
    static double sigmoid(double logOdds) {
        return 1 / (1 + FastMath.exp(-logOdds));
    }

    /** {@code ln(1 + e^x)}, finite for every finite x. */
    static double softplus(double x) {
        return Math.max(x, 0) + FastMath.log1p(FastMath.exp(-Math.abs(x)));
    }

    /** Turns log-odds up to a constant, row after row, into the probabilities of the classes, in place. */
    static void softmax(float[] scores, int classes) {
        for (var from = 0; from < scores.length; from += classes) {
            var highest = Float.NEGATIVE_INFINITY;
            for (var i = from; i < from + classes; i++) {
                highest = Math.max(highest, scores[i]);
            }
            var sum = 0.0;
            for (var i = from; i < from + classes; i++) {
                sum += FastMath.exp(scores[i] - highest);
            }
            for (var i = from; i < from + classes; i++) {
                scores[i] = (float) (FastMath.exp(scores[i] - highest) / sum);
            }
        }
    }

    /** Turns scores into predictions: probabilities, or the amounts that they are. */
    static float[] predictions(Task task, float[] scores) {
        var predictions = scores.clone();
        switch (task.objective()) {
            case BINARY -> {
                for (var i = 0; i < predictions.length; i++) {
                    predictions[i] = (float) sigmoid(predictions[i]);
                }
            }
            case REGRESSION -> {}
            case MULTICLASS -> softmax(predictions, task.classes());
        }
        return predictions;
    }
}
