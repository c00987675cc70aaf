package io.perennial.models.lifetime;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.optim.InitialGuess;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.PointValuePair;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.nonlinear.scalar.ObjectiveFunction;
import org.hipparchus.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.hipparchus.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Finds the positive parameters that make data likeliest, by the simplex method of Nelder and Mead on their logarithms. The
 * search begins from several points, and begins anew where it ended until it finds nothing better there: a simplex may
 * collapse before it arrives.
 */
final class MaximumLikelihood {

    /** The farthest that the logarithm of a parameter may get from 0; a likelihood that still grows there is flat. */
    private static final double LIMIT = 14;

    /** What takes the place of the logarithm of nothing, where the method needs numbers that it can compare. */
    private static final double IMPOSSIBLE = -1e300;

    private static final int RESTARTS = 10;
    private static final int EVALUATIONS = 4_000;
    private static final double RELATIVE_TOLERANCE = 1e-12;
    private static final double ABSOLUTE_TOLERANCE = 1e-9;

    /** The difference in log-likelihood that is none: parameters this close are a thousandth of their error apart. */
    private static final double SAME = 1e-6;

    private MaximumLikelihood() {}

    /**
     * Fits a model.
     *
     * @param model makes one of its parameters
     * @param starts parameters to begin from, all more than 0 and of a scale with the data's
     * @return empty when no search arrived anywhere
     */
    static <M> Optional<Fitted<M>> fit(
            Function<double[], M> model, ToDoubleFunction<M> logLikelihood, double[]... starts) {
        var scale = starts[0];
        return Stream.of(starts)
                .map(start -> search(
                        logarithms -> logLikelihood.applyAsDouble(model.apply(parameters(logarithms, scale))),
                        logarithms(start, scale)))
                .flatMap(Optional::stream)
                .max((one, other) -> Double.compare(one.getValue(), other.getValue()))
                .map(best -> new Fitted<>(model.apply(parameters(best.getPoint(), scale)), best.getValue()));
    }

    private static double[] parameters(double[] logarithms, double[] scale) {
        var parameters = new double[logarithms.length];
        for (var i = 0; i < parameters.length; i++) {
            parameters[i] = scale[i] * Math.exp(logarithms[i]);
        }
        return parameters;
    }

    private static double[] logarithms(double[] parameters, double[] scale) {
        var logarithms = new double[parameters.length];
        for (var i = 0; i < parameters.length; i++) {
            logarithms[i] = Math.log(parameters[i] / scale[i]);
        }
        return logarithms;
    }

    private static Optional<PointValuePair> search(ToDoubleFunction<double[]> logLikelihood, double[] start) {
        try {
            var best = climb(logLikelihood, start, 1);
            for (var restart = 0; restart < RESTARTS; restart++) {
                var next = climb(logLikelihood, best.getPoint(), 0.2);
                var gain = next.getValue() - best.getValue();
                best = gain > 0 ? next : best;
                if (gain < SAME) {
                    return best.getValue() > IMPOSSIBLE ? Optional.of(best) : Optional.empty();
                }
            }
            return Optional.empty();
        } catch (MathIllegalStateException tooManyEvaluations) {
            return Optional.empty();
        }
    }

    private static PointValuePair climb(ToDoubleFunction<double[]> logLikelihood, double[] start, double side) {
        return new SimplexOptimizer(RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE)
                .optimize(
                        new MaxEval(EVALUATIONS),
                        new ObjectiveFunction(point -> bounded(logLikelihood, point)),
                        GoalType.MAXIMIZE,
                        new InitialGuess(start),
                        new NelderMeadSimplex(start.length, side));
    }

    private static double bounded(ToDoubleFunction<double[]> logLikelihood, double[] point) {
        for (var logarithm : point) {
            if (Math.abs(logarithm) > LIMIT) {
                return IMPOSSIBLE;
            }
        }
        var value = logLikelihood.applyAsDouble(point);
        return Double.isFinite(value) ? value : IMPOSSIBLE;
    }
}
