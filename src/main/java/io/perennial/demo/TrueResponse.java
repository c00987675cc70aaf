package io.perennial.demo;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How likely the invented customers accept offers, which follows from their story and what they are like, and is known to
 * nobody but the demo: the service sees only who has accepted what. The log-odds are those of the offer's {@link Appeal} and a
 * whim of the customer that nothing else tells, with a standard deviation of {@value #WHIM}. It is the same whenever it is
 * asked for, so what policies earn can be compared customer by customer.
 */
final class TrueResponse {

    private static final double WHIM = 0.5;

    /** Tells what is done on one day from what is done on another. */
    private static final long OF_A_DAY = 0x9E3779B97F4A7C15L;

    private final Map<Integer, Appeal> appeals;

    /** With what makes the offers liked, at most once each. */
    TrueResponse(List<Appeal> appeals) {
        this.appeals = appeals.stream().collect(Collectors.toMap(Appeal::offer, Function.identity()));
    }

    /**
     * The probability that a customer who is made an offer accepts it, 0..1.
     *
     * @param at within the history; after the present all stays as it is then
     * @throws IllegalArgumentException of an offer of which nothing is known
     */
    double probability(DemoCustomer customer, int offer, Instant at) {
        var appeal = appeals.get(offer);
        if (appeal == null) {
            throw new IllegalArgumentException("How much offer %d is liked is not known".formatted(offer));
        }
        var whim = WHIM * whims(customer, offer).nextGaussian();
        return 1 / (1 + Math.exp(-appeal.logOdds(customer, Math.min(Life.TODAY, customer.day(at))) - whim));
    }

    /** What the customer does when they are made the offer at the instant. */
    boolean accepts(DemoCustomer customer, int offer, Instant at) {
        var seed = whims(customer, offer).nextLong() ^ at.getEpochSecond() * OF_A_DAY;
        return new SplittableRandom(seed).nextDouble() < probability(customer, offer, at);
    }

    private static SplittableRandom whims(DemoCustomer customer, int offer) {
        return new SplittableRandom(customer.whim() + offer * OF_A_DAY);
    }
}
