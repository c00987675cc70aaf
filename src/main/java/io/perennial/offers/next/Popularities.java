package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.UUID;

import io.perennial.tenant.TenantDatabase;

/** Counts what became of the newest decisions of each organization, and remembers it for a while. */
@ApplicationScoped
class Popularities {

    private final TenantDatabase database;
    private final OfferPolicyConfig config;
    private final Randomness randomness;
    private final Remembered<Popularity> remembered;

    Popularities(TenantDatabase database, OfferPolicyConfig config, Randomness randomness) {
        this.database = database;
        this.config = config;
        this.randomness = randomness;
        this.remembered = new Remembered<>(config.popularityRemembered(), this::count);
    }

    /** Of an organization. */
    Uni<Popularity> of(UUID organization) {
        return remembered.of(organization);
    }

    /** Has the next who asks count anew. */
    void forget(UUID organization) {
        remembered.forget(organization);
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
