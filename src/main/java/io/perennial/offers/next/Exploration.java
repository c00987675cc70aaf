package io.perennial.offers.next;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

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

    /** What is chosen instead of an offer when none is worth making. */
    static final int NOTHING = -1;

    /**
     * What was chosen.
     *
     * @param offer its index, or {@link #NOTHING}
     * @param explored whether one member alone or a draw has chosen
     * @param propensities the probability with which each offer was going to be chosen; what they lack of 1 is the probability
     *     of nothing
     * @param agreement the share of the members who would choose the same, 0..1
     */
    record Choice(int offer, boolean explored, double[] propensities, double agreement) {

        boolean isNothing() {
            return offer == NOTHING;
        }
    }

    /**
     * Chooses. An offer that neither all members together nor any single one expects to earn what it costs is never chosen. One
     * that all together do not expect to is chosen to explore only, and if that is true of each offer, what is best is nothing.
     *
     * @param together what each offer is worth to all members together; at least one
     * @param byMember what each is worth to each member
     */
    Choice choose(double[] together, double[][] byMember, RandomGenerator random) {
        var arms = Arms.worthwhile(together, byMember);
        var explores = random.nextDouble() < share;
        var chosen = !explores
                ? arms.best
                : random.nextDouble() < evenly
                        ? arms.even(random)
                        : arms.pick(byMember[random.nextInt(byMember.length)]);
        return new Choice(chosen, explores, propensities(arms), arms.agreement(chosen));
    }

    /**
     * The probability with which each offer is chosen: {@code (1 − ε) [best of all] + ε ((1 − u) share of members whose best
     * it is + u ÷ offers worth trying)}.
     */
    double[] propensities(double[] together, double[][] byMember) {
        return propensities(Arms.worthwhile(together, byMember));
    }

    /** The same where an offer has to be made, whatever it is worth: they add up to 1. */
    double[] propensitiesOfOffers(double[] together, double[][] byMember) {
        return propensities(Arms.all(together, byMember));
    }

    private double[] propensities(Arms arms) {
        var propensities = new double[arms.shares.length];
        for (var i = 0; i < propensities.length; i++) {
            propensities[i] = share * (1 - evenly) * arms.shares[i];
        }
        for (var i : arms.tried) {
            propensities[i] += share * evenly / arms.tried.length;
        }
        if (arms.best != NOTHING) {
            propensities[arms.best] += 1 - share;
        }
        return propensities;
    }

    /** What can be chosen of several offers. */
    private static final class Arms {

        /** Indices of the offers that may be chosen. */
        private final int[] tried;

        private final boolean nothingIsAnArm;
        private final int best;

        /** The share of the members whose best each offer is. */
        private final double[] shares;

        private Arms(double[] together, double[][] byMember, int[] tried, boolean nothingIsAnArm) {
            this.tried = tried;
            this.nothingIsAnArm = nothingIsAnArm;
            this.best = pick(together);
            this.shares = new double[together.length];
            for (var member : byMember) {
                var picked = pick(member);
                if (picked != NOTHING) {
                    shares[picked] += 1.0 / byMember.length;
                }
            }
        }

        static Arms worthwhile(double[] together, double[][] byMember) {
            var tried = IntStream.range(0, together.length)
                    .filter(i -> together[i] >= 0 || Arrays.stream(byMember).anyMatch(member -> member[i] >= 0))
                    .toArray();
            return new Arms(together, byMember, tried, together[Exploration.best(together)] < 0);
        }

        static Arms all(double[] together, double[][] byMember) {
            return new Arms(
                    together, byMember, IntStream.range(0, together.length).toArray(), false);
        }

        /** The first of the best. */
        int pick(double[] worth) {
            var pick = NOTHING;
            for (var i : tried) {
                pick = pick == NOTHING || worth[i] > worth[pick] ? i : pick;
            }
            return pick != NOTHING && nothingIsAnArm && worth[pick] < 0 ? NOTHING : pick;
        }

        int even(RandomGenerator random) {
            return tried.length == 0 ? NOTHING : tried[random.nextInt(tried.length)];
        }

        double agreement(int chosen) {
            return chosen == NOTHING ? 1 - Arrays.stream(shares).sum() : shares[chosen];
        }
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
