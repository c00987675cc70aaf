package io.perennial.offers.policy;

import java.util.function.IntToDoubleFunction;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.util.FastMath;

/**
 * Three estimates of what a policy would have earned, from the log of another one. A decision of the log counts with its
 * weight {@code w}, the probability of the candidate over the propensity.
 *
 * <p>Confidence intervals are Student's over the influence values of the decisions, which are taken to be independent.
 */
public final class Estimators {

    private static final double CONFIDENCE = 0.95;

    private final double[] weights;
    private final DecisionLog log;
    private final Candidate candidate;

    /**
     * Weighs the decisions.
     *
     * @param log of two decisions or more
     * @param candidate of the same decisions
     */
    public Estimators(DecisionLog log, Candidate candidate) {
        if (log.count() < 2 || candidate.probabilities().length != log.count()) {
            throw new IllegalArgumentException("A candidate of %d decisions and a log of %d"
                    .formatted(candidate.probabilities().length, log.count()));
        }
        this.log = log;
        this.candidate = candidate;
        this.weights = new double[log.count()];
        for (var i = 0; i < weights.length; i++) {
            weights[i] = candidate.probabilities()[i] / log.propensities()[i];
        }
    }

    /**
     * Inverse propensity scoring (Horvitz and Thompson, "A generalization of sampling without replacement from a finite
     * universe", 1952): the mean of {@code w r}. Unbiased, and the widest of the three.
     */
    public Estimate inversePropensity() {
        return mean(i -> weights[i] * log.rewards()[i]);
    }

    /**
     * Self-normalised inverse propensity scoring (Swaminathan and Joachims, "The self-normalized estimator for
     * counterfactual learning", NIPS 2015): {@code Σ w r ÷ Σ w}. Its bias vanishes with the number of decisions, and it
     * moves along when all rewards are moved. By the delta method the influence of a decision is
     * {@code w (r − value) ÷ mean(w)}.
     *
     * @return of zeros without interval when the candidate would never have done what was done
     */
    public Estimate selfNormalised() {
        var meanWeight = mean(i -> weights[i]).value();
        if (meanWeight == 0) {
            return new Estimate(0, Double.NaN, Double.NaN, Double.NaN);
        }
        var value = inversePropensity().value() / meanWeight;
        return around(value, mean(i -> weights[i] * (log.rewards()[i] - value) / meanWeight));
    }

    /**
     * The doubly robust estimator (Dudík, Erhan, Langford and Li, "Doubly robust policy evaluation and optimization",
     * Statistical Science 2014): the mean of {@code q̄ + w (r − q)}, with what a reward model expects of the candidate, q̄,
     * and of what was done, q. Right when either the propensities or the model are, and narrow when both are.
     */
    public Estimate doublyRobust() {
        return mean(i -> candidate.modelledValues()[i]
                + weights[i] * (log.rewards()[i] - candidate.modelledRewards()[i]));
    }

    /** By how much the candidate earns more than the policy of the log, doubly robust; the two are estimated together. */
    public Estimate gain() {
        return mean(i -> candidate.modelledValues()[i]
                + weights[i] * (log.rewards()[i] - candidate.modelledRewards()[i])
                - log.rewards()[i]);
    }

    /**
     * How many decisions of the candidate's own would tell as much as the log does: {@code (Σ w)² ÷ Σ w²} (Kong, "A note on
     * importance sampling using standardized weights", 1992). 0 when the candidate would never have done what was done.
     */
    public double effectiveSampleSize() {
        var sum = 0.0;
        var squares = 0.0;
        for (var weight : weights) {
            sum += weight;
            squares += weight * weight;
        }
        return squares == 0 ? 0 : sum * sum / squares;
    }

    private Estimate mean(IntToDoubleFunction influence) {
        var count = weights.length;
        var sum = 0.0;
        for (var i = 0; i < count; i++) {
            sum += influence.applyAsDouble(i);
        }
        var mean = sum / count;
        var squares = 0.0;
        for (var i = 0; i < count; i++) {
            var deviation = influence.applyAsDouble(i) - mean;
            squares += deviation * deviation;
        }
        var standardError = FastMath.sqrt(squares / (count - 1) / count);
        var margin = standardError * new TDistribution(count - 1).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
        return new Estimate(mean, standardError, mean - margin, mean + margin);
    }

    /** The same interval around another value. */
    private static Estimate around(double value, Estimate influence) {
        var margin = influence.upper() - influence.value();
        return new Estimate(value, influence.standardError(), value - margin, value + margin);
    }
}
