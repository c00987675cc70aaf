package io.perennial.models.learn;

import org.hipparchus.util.FastMath;

/**
 * How good the predicted probabilities of classes are. Classes of equal probability share the places that they take: each
 * counts as if it stood at every one of them equally often.
 *
 * @param logLoss mean negative natural logarithm of the probability of what happened
 * @param accuracy share of rows whose class was the most probable one
 * @param ndcgAt5 normalised discounted cumulative gain of the five most probable classes (Järvelin and Kekäläinen, 2002):
 *     {@code 1 ÷ log2(place + 1)} of the class that it was, 0 from the sixth place on
 */
public record MulticlassMetrics(int count, double logLoss, double accuracy, double ndcgAt5) implements Metrics {

    private static final int PLACES = 5;

    static MulticlassMetrics of(float[] labels, float[] predictions, int classes) {
        var accuracy = 0.0;
        var gain = 0.0;
        for (var row = 0; row < labels.length; row++) {
            accuracy += gain(labels, predictions, classes, row, 1);
            gain += gain(labels, predictions, classes, row, PLACES);
        }
        return new MulticlassMetrics(
                labels.length, logLoss(labels, predictions, classes), accuracy / labels.length, gain / labels.length);
    }

    /** The expected gain of the row's class among the first places. */
    private static double gain(float[] labels, float[] predictions, int classes, int row, int places) {
        var actual = predictions[row * classes + (int) labels[row]];
        var before = 0;
        var equal = 0;
        for (var i = row * classes; i < (row + 1) * classes; i++) {
            before += predictions[i] > actual ? 1 : 0;
            equal += predictions[i] == actual ? 1 : 0;
        }
        var sum = 0.0;
        for (var place = before + 1; place <= Math.min(before + equal, places); place++) {
            sum += FastMath.log(2) / FastMath.log(place + 1);
        }
        return sum / equal;
    }

    static double logLoss(float[] labels, float[] predictions, int classes) {
        var sum = 0.0;
        for (var row = 0; row < labels.length; row++) {
            sum -= FastMath.log(Math.max(predictions[row * classes + (int) labels[row]], BinaryMetrics.CERTAIN));
        }
        return sum / labels.length;
    }

    @Override
    public double loss() {
        return logLoss;
    }
}
