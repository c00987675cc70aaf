package io.perennial.offers.next;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.UUID;

import io.perennial.tenant.TenantDatabase;

/** Counts what became of the newest decisions of each organization, and remembers it for a while. */
@ApplicationScoped
class Popularities {

    private static final int ORGANIZATIONS_REMEMBERED = 10_000;

    private final TenantDatabase database;
    private final OfferPolicyConfig config;
    private final Randomness randomness;
    private final Cache<UUID, Popularity> remembered;

    Popularities(TenantDatabase database, OfferPolicyConfig config, Randomness randomness) {
        this.database = database;
        this.config = config;
        this.randomness = randomness;
        this.remembered = Caffeine.newBuilder()
                .expireAfterWrite(config.popularityRemembered())
                .maximumSize(ORGANIZATIONS_REMEMBERED)
                .build();
    }

    /** Of an organization. */
    Uni<Popularity> of(UUID organization) {
        var known = remembered.getIfPresent(organization);
        return known != null
                ? Uni.createFrom().item(known)
                : count(organization).invoke(counted -> remembered.put(organization, counted));
    }

    /** Has the next who asks count anew. */
    void forget(UUID organization) {
        remembered.invalidate(organization);
    }

    private Uni<Popularity> count(UUID organization) {
        return database.query(organization, """
                        select offer_id, count(*) filter (where outcome = 'accepted') as accepted, count(*) as made
                        from (
                            select offer_id, outcome
                            from offer_decisions
                            where organization_id = $1 and offer_id is not null
                            order by decided_at desc, decision_id
                            limit $2
                        ) newest
                        where outcome in ('accepted', 'declined', 'ignored')
                        group by offer_id""", Tuple.of(organization, config.popularityDecisions()))
                .map(rows -> {
                    var counts = new HashMap<Integer, Popularity.Count>();
                    rows.forEach(row -> counts.put(
                            row.getInteger("offer_id"),
                            new Popularity.Count(row.getLong("accepted"), row.getLong("made"))));
                    return new Popularity(
                            counts,
                            config.priorAccepted(),
                            config.priorNotAccepted(),
                            randomness.generator().nextLong());
                });
    }
}
