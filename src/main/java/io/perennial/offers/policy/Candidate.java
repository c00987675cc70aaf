package io.perennial.offers.policy;

import java.util.Arrays;

/**
 * What a policy that is not the one of a {@link DecisionLog} would have done in its place, decision by decision.
 *
 * @param probabilities with which it would have done what was done, in 0..1
 * @param modelledRewards what a reward model expects of what was done; it must not have learned from that decision
 * @param modelledValues what it expects of this policy there: the mean over all that could have been done, by this policy's
 *     probabilities
 * @param unsupported the mean probability with which this policy does what the policy of the log would never have done, in
 *     0..1: about that share the log says nothing
 */
public record Candidate(double[] probabilities, double[] modelledRewards, double[] modelledValues, double unsupported) {

    /** Checks the shapes. */
    public Candidate {
        if (modelledRewards.length != probabilities.length || modelledValues.length != probabilities.length) {
            throw new IllegalArgumentException("A candidate of %d, %d and %d decisions"
                    .formatted(probabilities.length, modelledRewards.length, modelledValues.length));
        }
    }

    /** A candidate of whose rewards nothing is expected, which the doubly robust estimate then knows no better than IPS. */
    public static Candidate withoutModel(double[] probabilities, double unsupported) {
        return new Candidate(
                probabilities, new double[probabilities.length], new double[probabilities.length], unsupported);
    }

    /** The policy of the log itself, whose estimates all are the mean reward. */
    public static Candidate ofTheLog(DecisionLog log) {
        return withoutModel(Arrays.copyOf(log.propensities(), log.count()), 0);
    }
}
