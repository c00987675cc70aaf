package io.perennial.offers.policy;

import java.util.SplittableRandom;

/** A log of a world in which it is known how likely every kind of customer accepts each offer, and so what a policy is worth. */
final class SimulatedLog {

    static final int OFFERS = 4;

    private static final double[] KINDS = {0.4, 0.3, 0.2, 0.1};

    private static final double[][] ACCEPTANCE = {
        {0.05, 0.20, 0.10, 0.02},
        {0.30, 0.05, 0.15, 0.10},
        {0.10, 0.10, 0.40, 0.05},
        {0.02, 0.15, 0.05, 0.50}
    };

    private static final double[][] LOGGING = {
        {0.55, 0.15, 0.20, 0.10},
        {0.25, 0.25, 0.25, 0.25},
        {0.40, 0.30, 0.20, 0.10},
        {0.10, 0.40, 0.30, 0.20}
    };

    private static final double[][] CANDIDATE = {
        {0.10, 0.70, 0.15, 0.05},
        {0.70, 0.10, 0.10, 0.10},
        {0.10, 0.10, 0.70, 0.10},
        {0.20, 0.20, 0.20, 0.40}
    };

    private final int[] kinds;
    private final int[] offers;
    private final double[] rewards;

    SimulatedLog(int decisions, long seed) {
        var random = new SplittableRandom(seed);
        kinds = new int[decisions];
        offers = new int[decisions];
        rewards = new double[decisions];
        for (var i = 0; i < decisions; i++) {
            kinds[i] = draw(KINDS, random);
            offers[i] = draw(LOGGING[kinds[i]], random);
            rewards[i] = random.nextDouble() < ACCEPTANCE[kinds[i]][offers[i]] ? 1 : 0;
        }
    }

    private static int draw(double[] probabilities, SplittableRandom random) {
        var left = random.nextDouble();
        for (var i = 0; i < probabilities.length - 1; i++) {
            left -= probabilities[i];
            if (left < 0) {
                return i;
            }
        }
        return probabilities.length - 1;
    }

    /** What the candidate would earn with infinitely many customers. */
    static double truth() {
        var truth = 0.0;
        for (var kind = 0; kind < KINDS.length; kind++) {
            for (var offer = 0; offer < OFFERS; offer++) {
                truth += KINDS[kind] * CANDIDATE[kind][offer] * ACCEPTANCE[kind][offer];
            }
        }
        return truth;
    }

    DecisionLog log() {
        return log(1);
    }

    /** With propensities that are all wrong by a factor. */
    DecisionLog log(double factor) {
        var propensities = new double[kinds.length];
        for (var i = 0; i < propensities.length; i++) {
            propensities[i] = factor * LOGGING[kinds[i]][offers[i]];
        }
        return new DecisionLog(propensities, rewards);
    }

    /** With the reward model that the service uses, which knows nothing of the kinds of customers. */
    Candidate candidate() {
        var model = RewardModel.fit(offers, rewards, OFFERS);
        return candidate((i, offer) -> model.expected(i, offer));
    }

    /** With a reward model that knows the truth. */
    Candidate candidateOfAnOracle() {
        return candidate((i, offer) -> ACCEPTANCE[kinds[i]][offer]);
    }

    private interface Expected {
        double of(int decision, int offer);
    }

    private Candidate candidate(Expected model) {
        var probabilities = new double[kinds.length];
        var rewardsModelled = new double[kinds.length];
        var values = new double[kinds.length];
        for (var i = 0; i < probabilities.length; i++) {
            probabilities[i] = CANDIDATE[kinds[i]][offers[i]];
            rewardsModelled[i] = model.of(i, offers[i]);
            for (var offer = 0; offer < OFFERS; offer++) {
                values[i] += CANDIDATE[kinds[i]][offer] * model.of(i, offer);
            }
        }
        return new Candidate(probabilities, rewardsModelled, values, 0);
    }
}
