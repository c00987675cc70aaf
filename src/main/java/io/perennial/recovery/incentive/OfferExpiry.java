package io.perennial.recovery.incentive;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Frees what was promised by offers that nobody redeemed in time. Replicas that do it at once do it once. */
@ApplicationScoped
class OfferExpiry {

    private static final Logger LOG = Logger.getLogger(OfferExpiry.class);

    private final RetentionOffers offers;

    OfferExpiry(RetentionOffers offers) {
        this.offers = offers;
    }

    @Scheduled(
            every = "5m",
            delayed = "1m",
            identity = "expire-retention-offers",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> expire() {
        return offers.withExpired()
                .onItem()
                .transformToMulti(due -> Multi.createFrom().iterable(due))
                .onItem()
                .transformToUniAndConcatenate(organization -> offers.expire(organization)
                        .invoke(count -> LOG.debugf("%d offers of %s have expired", count, organization))
                        .onFailure()
                        .invoke(e -> LOG.warnf("Offers of %s could not expire: %s", organization, e.getMessage()))
                        .onFailure()
                        .recoverWithItem(0))
                .collect()
                .last()
                .replaceWithVoid();
    }
}
