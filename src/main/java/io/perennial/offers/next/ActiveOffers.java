package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.perennial.offers.Offer;
import io.perennial.offers.Offers;

/** The active offers of each organization, remembered for a few seconds. */
@ApplicationScoped
class ActiveOffers {

    /** After which every replica has noticed a change of the catalog. */
    private static final Duration NOTICED_AFTER = Duration.ofSeconds(5);

    private final Remembered<Map<Integer, Offer>> remembered;

    ActiveOffers(Offers offers) {
        this.remembered = new Remembered<>(
                NOTICED_AFTER, organization -> offers.active(organization).map(ActiveOffers::byId));
    }

    /** By their ids, in the order of these. */
    Uni<Map<Integer, Offer>> of(UUID organization) {
        return remembered.of(organization);
    }

    /** Has the next who asks see the catalog as it is. */
    void forget(UUID organization) {
        remembered.forget(organization);
    }

    private static Map<Integer, Offer> byId(Iterable<Offer> offers) {
        Map<Integer, Offer> byId = new LinkedHashMap<>();
        offers.forEach(offer -> byId.put(offer.offerId(), offer));
        return byId;
    }
}
