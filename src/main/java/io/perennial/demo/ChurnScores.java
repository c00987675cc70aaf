package io.perennial.demo;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * The churn scores of a demo organization: its customers in the order of how likely they are to be gone within the churn
 * horizon, on the scale of the organization's own model, on which 45 % are below 0.3, 30 % below 0.5, 18 % below 0.7 and 7 %
 * above. The order is what somebody would say who knows each {@link Life} up to today; the scores are not probabilities.
 */
final class ChurnScores {

    private static final double[] SHARES = {0, 0.45, 0.75, 0.93, 1};
    private static final double[] SCORES = {0, 0.3, 0.5, 0.7, 1};

    private final double[] risks;
    private final double[] sorted;

    private ChurnScores(double[] risks) {
        this.risks = risks;
        this.sorted = risks.clone();
        Arrays.sort(sorted);
    }

    /**
     * The scores of the customers 1 to {@code count}.
     *
     * @param risk of a customer by number, see {@link DemoCustomer#risk()}
     */
    static ChurnScores of(int count, IntToDoubleFunction risk) {
        var risks = new double[count];
        Arrays.setAll(risks, index -> risk.applyAsDouble(index + 1));
        return new ChurnScores(risks);
    }

    /** The score of a customer, 0..1. */
    double of(int number) {
        var place = Arrays.binarySearch(sorted, risks[number - 1]);
        return score((place + 0.5) / sorted.length);
    }

    private static double score(double share) {
        var i = 1;
        while (share > SHARES[i]) {
            i++;
        }
        return SCORES[i - 1] + (SCORES[i] - SCORES[i - 1]) * (share - SHARES[i - 1]) / (SHARES[i] - SHARES[i - 1]);
    }
}
