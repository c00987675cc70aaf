package io.perennial.models.learn;

import org.hipparchus.stat.StatUtils;
import org.hipparchus.stat.correlation.SpearmansCorrelation;

/**
 * How good predicted amounts are.
 *
 * @param rmse root-mean-square error, in the unit of the label
 * @param mae mean absolute error, in the unit of the label
 * @param r2 the share of the variance that is explained, at most 1; null when all labels are the same
 * @param spearman rank correlation, -1..1; null when all labels or all predictions are the same
 */
public record RegressionMetrics(int count, double rmse, double mae, Double r2, Double spearman) implements Metrics {

    static RegressionMetrics of(float[] labels, float[] predictions) {
        var actual = doubles(labels);
        var predicted = doubles(predictions);
        var squares = 0.0;
        var distances = 0.0;
        for (var i = 0; i < actual.length; i++) {
            squares += (predicted[i] - actual[i]) * (predicted[i] - actual[i]);
            distances += Math.abs(predicted[i] - actual[i]);
        }
        var spread = StatUtils.populationVariance(actual) * actual.length;
        return new RegressionMetrics(
                actual.length,
                Math.sqrt(squares / actual.length),
                distances / actual.length,
                spread == 0 ? null : 1 - squares / spread,
                spread == 0 || StatUtils.populationVariance(predicted) == 0
                        ? null
                        : new SpearmansCorrelation().correlation(predicted, actual));
    }

    private static double[] doubles(float[] values) {
        var doubles = new double[values.length];
        for (var i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    @Override
    public double loss() {
        return rmse;
    }
}
