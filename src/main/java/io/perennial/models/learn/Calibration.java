package io.perennial.models.learn;

import java.util.Arrays;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.SimpleValueChecker;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunctionGradient;
import org.hipparchus.optim.nonlinear.scalar.gradient.NonLinearConjugateGradientOptimizer;
import org.hipparchus.optim.univariate.BrentOptimizer;
import org.hipparchus.optim.univariate.SearchInterval;
import org.hipparchus.optim.univariate.UnivariateObjectiveFunction;
import org.hipparchus.util.FastMath;

/**
 * What makes scores mean what they say: {@code slope × score + intercept}. Where a probability is predicted it is Platt
 * scaling (Platt, "Probabilistic outputs for support vector machines", 1999); where one of several classes is, temperature
 * scaling (Guo et al., "On calibration of modern neural networks", 2017), whose slope is 1 ÷ temperature; amounts stay as
 * they are.
 *
 * @param slope above 0, so that no two scores change places
 */
public record Calibration(double slope, double intercept) {

    /** Leaves scores as they are. */
    public static final Calibration NONE = new Calibration(1, 0);

    private static final int EVALUATIONS = 1000;
    private static final double PRECISION = 1e-10;

    /** Natural logarithms of the flattest and the steepest slope that is looked for. */
    private static final double FLATTEST = -5;

    private static final double STEEPEST = 3;

    /** Checks the slope. */
    public Calibration {
        if (!(slope > 0) || !Double.isFinite(slope) || !Double.isFinite(intercept)) {
            throw new IllegalArgumentException("%s × score + %s is no calibration".formatted(slope, intercept));
        }
    }

    /**
     * The calibration under which the labels are likeliest.
     *
     * @param scores of rows that were not learned from, {@code labels.length × task.classes()}
     */
    public static Calibration fit(Task task, float[] scores, float[] labels) {
        return switch (task.objective()) {
            case BINARY -> platt(scores, labels);
            case REGRESSION -> NONE;
            case MULTICLASS -> temperature(scores, labels, task.classes());
        };
    }

    /**
     * Platt scaling towards his smoothed targets, which keep it finite when scores separate the labels. The slope is looked
     * for by its logarithm.
     */
    private static Calibration platt(float[] scores, float[] labels) {
        var positives = 0;
        for (var label : labels) {
            positives += label > 0 ? 1 : 0;
        }
        var loss = new PlattLoss(
                scores, labels, (positives + 1.0) / (positives + 2.0), 1 / (labels.length - positives + 2.0));
        var start = new double[] {0, 0};
        var found = new NonLinearConjugateGradientOptimizer(
                        NonLinearConjugateGradientOptimizer.Formula.POLAK_RIBIERE,
                        new SimpleValueChecker(PRECISION, PRECISION))
                .optimize(
                        new MaxEval(EVALUATIONS),
                        GoalType.MINIMIZE,
                        new InitialGuess(start),
                        new ObjectiveFunction(loss::value),
                        new ObjectiveFunctionGradient(loss::gradient))
                .getPoint();
        return new Calibration(FastMath.exp(bounded(found[0])), found[1]);
    }

    private static double bounded(double logarithm) {
        return Math.min(STEEPEST, Math.max(FLATTEST, logarithm));
    }

    private static Calibration temperature(float[] scores, float[] labels, int classes) {
        var logarithm = new BrentOptimizer(PRECISION, PRECISION)
                .optimize(
                        new MaxEval(EVALUATIONS),
                        GoalType.MINIMIZE,
                        new SearchInterval(FLATTEST, STEEPEST, 0),
                        new UnivariateObjectiveFunction(x -> {
                            var calibrated = new Calibration(FastMath.exp(x), 0).apply(scores);
                            Probabilities.softmax(calibrated, classes);
                            return MulticlassMetrics.logLoss(labels, calibrated, classes);
                        }))
                .getPoint();
        return new Calibration(FastMath.exp(logarithm), 0);
    }

    /** The calibrated scores. */
    public float[] apply(float[] scores) {
        var calibrated = new float[scores.length];
        for (var i = 0; i < scores.length; i++) {
            calibrated[i] = (float) (slope * scores[i] + intercept);
        }
        return calibrated;
    }

    /**
     * The contributions to the calibrated scores: all grow with the slope, and what every row begins with takes the
     * intercept.
     *
     * @param contributions row after row, what every row begins with last
     * @param width contributions of a row
     */
    float[] applyToContributions(float[] contributions, int width) {
        var calibrated = new float[contributions.length];
        for (var i = 0; i < contributions.length; i++) {
            var base = i % width == width - 1;
            calibrated[i] = (float) (slope * contributions[i] + (base ? intercept : 0));
        }
        return calibrated;
    }

    /** The mean log-loss at the logarithm of a slope and an intercept. */
    private record PlattLoss(float[] scores, float[] labels, double positive, double negative) {

        double value(double[] at) {
            var slope = FastMath.exp(bounded(at[0]));
            var sum = 0.0;
            for (var i = 0; i < scores.length; i++) {
                var logOdds = slope * scores[i] + at[1];
                sum += Probabilities.softplus(logOdds) - target(i) * logOdds;
            }
            return sum / scores.length;
        }

        double[] gradient(double[] at) {
            var slope = FastMath.exp(bounded(at[0]));
            var gradient = new double[2];
            for (var i = 0; i < scores.length; i++) {
                var surplus = Probabilities.sigmoid(slope * scores[i] + at[1]) - target(i);
                gradient[0] += surplus * slope * scores[i];
                gradient[1] += surplus;
            }
            return Arrays.stream(gradient).map(sum -> sum / scores.length).toArray();
        }

        private double target(int i) {
            return labels[i] > 0 ? positive : negative;
        }
    }
}
