package io.perennial.offers.next;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hipparchus.random.RandomDataGenerator;

import io.perennial.offers.Offer;

/**
 * How often each offer is accepted, whoever the customer is: a Beta distribution for each, which begins with a prior and
 * needs no model. Its members are draws from these distributions.
 */
final class Popularity {

    /** What it says of itself. */
    static final String VERSION = "popularity-1";

    static final int MEMBERS = 64;

    private final double priorAccepted;
    private final double priorNotAccepted;
    private final Map<Integer, Count> counts;
    private final Map<Integer, double[]> draws = new ConcurrentHashMap<>();
    private final long seed;

    /**
     * What became of the decisions for an offer.
     *
     * @param made decisions that are over, the accepted ones among them
     */
    record Count(long accepted, long made) {

        private static final Count NONE = new Count(0, 0);
    }

    /**
     * Over counts.
     *
     * @param counts by offer; one that is missing was never made
     * @param seed of the draws
     */
    Popularity(Map<Integer, Count> counts, double priorAccepted, double priorNotAccepted, long seed) {
        this.counts = counts;
        this.priorAccepted = priorAccepted;
        this.priorNotAccepted = priorNotAccepted;
        this.seed = seed;
    }

    /** The mean of the offer's distribution, in (0, 1). */
    double mean(int offer) {
        return accepted(offer) / (accepted(offer) + notAccepted(offer));
    }

    /** What a member drew for an offer. */
    double draw(int offer, int member) {
        return draws.computeIfAbsent(offer, this::draw)[member % MEMBERS];
    }

    private double[] draw(int offer) {
        var random = new RandomDataGenerator(seed + offer);
        var drawn = new double[MEMBERS];
        for (var i = 0; i < MEMBERS; i++) {
            drawn[i] = random.nextBeta(accepted(offer), notAccepted(offer));
        }
        return drawn;
    }

    private double accepted(int offer) {
        return priorAccepted + counts.getOrDefault(offer, Count.NONE).accepted();
    }

    private double notAccepted(int offer) {
        var count = counts.getOrDefault(offer, Count.NONE);
        return priorNotAccepted + count.made() - count.accepted();
    }

    /** The same for every customer. */
    Acceptance acceptance(List<Offer> offers) {
        var together =
                offers.stream().mapToDouble(offer -> mean(offer.offerId())).toArray();
        var byMember = new double[MEMBERS][offers.size()];
        for (var i = 0; i < together.length; i++) {
            for (var member = 0; member < MEMBERS; member++) {
                byMember[member][i] = draw(offers.get(i).offerId(), member);
            }
        }
        return new Acceptance(VERSION, together, byMember);
    }
}
