package io.perennial.offers.next;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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

    private static final int ORGANIZATIONS_REMEMBERED = 10_000;

    private final Offers offers;
    private final Cache<UUID, Map<Integer, Offer>> remembered = Caffeine.newBuilder()
            .expireAfterWrite(NOTICED_AFTER)
            .maximumSize(ORGANIZATIONS_REMEMBERED)
            .build();

    ActiveOffers(Offers offers) {
        this.offers = offers;
    }

    /** By their ids, in the order of these. */
    Uni<Map<Integer, Offer>> of(UUID organization) {
        var known = remembered.getIfPresent(organization);
        return known != null
                ? Uni.createFrom().item(known)
                : offers.active(organization)
                        .map(ActiveOffers::byId)
                        .invoke(found -> remembered.put(organization, found));
    }

    /** Has the next who asks see the catalog as it is. */
    void forget(UUID organization) {
        remembered.invalidate(organization);
    }

    private static Map<Integer, Offer> byId(Iterable<Offer> offers) {
        Map<Integer, Offer> byId = new LinkedHashMap<>();
        offers.forEach(offer -> byId.put(offer.offerId(), offer));
        return byId;
    }
}
