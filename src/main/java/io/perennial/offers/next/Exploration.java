package io.perennial.offers.next;

import java.util.random.RandomGenerator;

/**
 * How one of several offers is chosen when it is not certain which is the best: what all members take for the best, or, in a
 * share of the decisions, what one of them does, drawn at random (Thompson sampling; Thompson, "On the likelihood that one
 * unknown probability exceeds another", 1933, with the members of an ensemble as draws from the posterior).
 *
 * @param share of the decisions that explore, 0..1
 * @param evenly share of these, 0..1, in which each offer is as likely as any other
 */
record Exploration(double share, double evenly) {

    /** What is best is done. */
    static final Exploration NONE = new Exploration(0, 0);

    Exploration {
        if (!(share >= 0 && share <= 1 && evenly >= 0 && evenly <= 1)) {
            throw new IllegalArgumentException("Exploration of %s, %s evenly".formatted(share, evenly));
        }
    }

    /**
     * What was chosen.
     *
     * @param offer its index
     * @param explored whether one member alone or a draw has chosen
     * @param propensities the probability with which each offer was going to be chosen; they add up to 1
     * @param agreement the share of the members who take it for the best, 0..1
     */
    record Choice(int offer, boolean explored, double[] propensities, double agreement) {}

    /**
     * Chooses.
     *
     * @param together what each offer is worth to all members together; at least one
     * @param byMember what each is worth to each member
     */
    Choice choose(double[] together, double[][] byMember, RandomGenerator random) {
        var shares = shares(together.length, byMember);
        var propensities = propensities(together, shares);
        var explores = random.nextDouble() < share;
        var chosen = !explores
                ? best(together)
                : random.nextDouble() < evenly
                        ? random.nextInt(together.length)
                        : best(byMember[random.nextInt(byMember.length)]);
        return new Choice(chosen, explores, propensities, shares[chosen]);
    }

    /**
     * The probability with which each offer is chosen: {@code (1 − ε) [best of all] + ε ((1 − u) share of members whose best
     * it is + u ÷ offers)}.
     */
    double[] propensities(double[] together, double[][] byMember) {
        return propensities(together, shares(together.length, byMember));
    }

    private double[] propensities(double[] together, double[] shares) {
        var propensities = new double[together.length];
        for (var i = 0; i < propensities.length; i++) {
            propensities[i] = share * ((1 - evenly) * shares[i] + evenly / propensities.length);
        }
        propensities[best(together)] += 1 - share;
        return propensities;
    }

    private static double[] shares(int offers, double[][] byMember) {
        var shares = new double[offers];
        for (var member : byMember) {
            shares[best(member)] += 1.0 / byMember.length;
        }
        return shares;
    }

    /** The first of the largest. */
    static int best(double[] values) {
        var best = 0;
        for (var i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
