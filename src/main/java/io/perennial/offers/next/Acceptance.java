package io.perennial.offers.next;

import java.util.List;

import io.perennial.offers.Offer;

/**
 * How likely a customer accepts each of several offers.
 *
 * @param version of what says so, such as {@code nbo-3}
 * @param together what all members say, 0..1 for each offer
 * @param byMember what each member says
 */
record Acceptance(String version, double[] together, double[][] byMember) {

    /** What each offer is worth to all members together: see {@link #worth(Offer, double, Double)}. */
    double[] worth(List<Offer> offers, Double customerValue) {
        return worth(offers, together, customerValue);
    }

    /** What each offer is worth to each member. */
    double[][] worthByMember(List<Offer> offers, Double customerValue) {
        var worth = new double[byMember.length][];
        for (var member = 0; member < worth.length; member++) {
            worth[member] = worth(offers, byMember[member], customerValue);
        }
        return worth;
    }

    private static double[] worth(List<Offer> offers, double[] probabilities, Double customerValue) {
        var worth = new double[probabilities.length];
        for (var i = 0; i < worth.length; i++) {
            worth[i] = worth(offers.get(i), probabilities[i], customerValue);
        }
        return worth;
    }

    /**
     * The expected value of making an offer, in the currency of the organization: the probability that it is accepted, times
     * what it is worth to keep the customer, minus what the offer costs.
     *
     * @param customerValue null when nothing is known, and then it is the margin of the offer
     */
    static double worth(Offer offer, double probability, Double customerValue) {
        return probability * value(offer, customerValue) - offer.cost().doubleValue();
    }

    /** What an acceptance is worth. */
    static double value(Offer offer, Double customerValue) {
        return customerValue == null ? offer.margin().doubleValue() : customerValue;
    }
}
