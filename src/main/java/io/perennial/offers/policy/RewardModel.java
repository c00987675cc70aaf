package io.perennial.offers.policy;

import java.util.Arrays;

/**
 * What to expect of each arm, as the doubly robust estimator needs it: never from the decision that it is expected of. The
 * decisions are dealt out to folds, and the mean reward of an arm is that of the other folds, drawn towards the mean of all
 * arms by {@value #PRIOR_DECISIONS} decisions that earned just that.
 */
public final class RewardModel {

    private static final int FOLDS = 5;
    private static final double PRIOR_DECISIONS = 20;

    private final double[][] expected;

    private RewardModel(double[][] expected) {
        this.expected = expected;
    }

    /**
     * Learns from a log.
     *
     * @param arms what was done, from 0, decision by decision
     * @param rewards of these decisions
     * @param count of the arms
     */
    public static RewardModel fit(int[] arms, double[] rewards, int count) {
        var sums = new double[FOLDS][count];
        var decisions = new double[FOLDS][count];
        for (var i = 0; i < arms.length; i++) {
            sums[i % FOLDS][arms[i]] += rewards[i];
            decisions[i % FOLDS][arms[i]]++;
        }
        var expected = new double[FOLDS][];
        for (var fold = 0; fold < FOLDS; fold++) {
            expected[fold] = expected(without(sums, fold), without(decisions, fold));
        }
        return new RewardModel(expected);
    }

    private static double[] without(double[][] byFold, int left) {
        var sums = new double[byFold[0].length];
        for (var fold = 0; fold < byFold.length; fold++) {
            for (var arm = 0; arm < sums.length && fold != left; arm++) {
                sums[arm] += byFold[fold][arm];
            }
        }
        return sums;
    }

    private static double[] expected(double[] sums, double[] decisions) {
        var all = Arrays.stream(decisions).sum();
        var mean = all == 0 ? 0 : Arrays.stream(sums).sum() / all;
        var expected = new double[sums.length];
        for (var arm = 0; arm < sums.length; arm++) {
            expected[arm] = (sums[arm] + PRIOR_DECISIONS * mean) / (decisions[arm] + PRIOR_DECISIONS);
        }
        return expected;
    }

    /**
     * The expected reward.
     *
     * @param decision its number in the log
     */
    public double expected(int decision, int arm) {
        return expected[decision % FOLDS][arm];
    }
}
