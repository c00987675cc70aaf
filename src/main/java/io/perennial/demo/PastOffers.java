package io.perennial.demo;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

import io.perennial.offers.next.DecisionHistory;
import io.perennial.runs.Runs;
import io.perennial.tenant.Organization;

/**
 * Gives a demo organization a past of offers: every month its customers were segmented and valued, and twice since they were made what
 * seemed best or was worth a try, without any model, and answered as they would by their {@link TrueResponse}. So there is
 * something to train a model with, and to judge policies by.
 */
@ApplicationScoped
class PastOffers {

    /** When the customers were segmented and valued. The last offers are more than 30 days old, so nobody has had too many now. */
    private static final List<Duration> SEGMENTED =
            List.of(Duration.ofDays(141), Duration.ofDays(111), Duration.ofDays(81), Duration.ofDays(51));

    /** When they were made offers after that, which is as often as the limits of contacts let them be. */
    private static final List<Duration> OFFERED = List.of(Duration.ofHours(1), Duration.ofDays(16));

    private static final TrueResponse RESPONSE = new TrueResponse(Appeal.OF_THE_CATALOG);

    private final Runs runs;
    private final DecisionHistory history;

    PastOffers(Runs runs, DecisionHistory history) {
        this.runs = runs;
        this.history = history;
    }

    /**
     * Makes it, for customers who have been uploaded.
     *
     * @param now the present of the demo
     */
    Uni<Void> make(Industry industry, Organization organization, long seed, Instant now) {
        return Multi.createFrom()
                .iterable(SEGMENTED)
                .onItem()
                .transformToUniAndConcatenate(ago -> month(industry, organization, seed, now, now.minus(ago)))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Void> month(Industry industry, Organization organization, long seed, Instant now, Instant segmented) {
        return runs.start(organization.id(), "segmentation", segmented)
                .chain(runs::follow)
                .chain(() -> runs.start(organization.id(), "standing", segmented))
                .chain(runs::follow)
                .chain(() -> Multi.createFrom()
                        .iterable(OFFERED)
                        .onItem()
                        .transformToUniAndConcatenate(
                                later -> offer(industry, organization, seed, now, segmented.plus(later)))
                        .collect()
                        .asList())
                .replaceWithVoid();
    }

    private Uni<Void> offer(Industry industry, Organization organization, long seed, Instant now, Instant at) {
        return history.play(
                organization.id(),
                at,
                new SplittableRandom(seed + Duration.between(at, now).toHours()),
                (customer, offer, when) -> RESPONSE.accepts(
                        DemoCustomer.invent(industry, seed, DemoCustomer.number(customer), now), offer, when));
    }
}
