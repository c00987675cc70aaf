package io.perennial.offers.policy;

/**
 * Decisions that were taken at random, and what each of them earned.
 *
 * @param propensities the probability with which what was done had been going to be done, in (0, 1]
 * @param rewards of the same decisions, in any unit
 */
public record DecisionLog(double[] propensities, double[] rewards) {

    /** Checks that there is a propensity for every reward, and that what was done could happen. */
    public DecisionLog {
        if (propensities.length != rewards.length) {
            throw new IllegalArgumentException(
                    "%d propensities for %d rewards".formatted(propensities.length, rewards.length));
        }
        for (var propensity : propensities) {
            if (!(propensity > 0 && propensity <= 1)) {
                throw new IllegalArgumentException("%s is not a propensity".formatted(propensity));
            }
        }
    }

    /** The number of decisions. */
    public int count() {
        return rewards.length;
    }
}
