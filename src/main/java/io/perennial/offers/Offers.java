package io.perennial.offers;

import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.tenant.TenantDatabase;

/** The offers of organizations, as they are stored. */
@ApplicationScoped
public class Offers {

    private final TenantDatabase database;

    Offers(TenantDatabase database) {
        this.database = database;
    }

    /** The active offers of an organization in the order of their ids. */
    public Uni<List<Offer>> active(UUID organization) {
        return database.lookup(
                        organization,
                        "select " + Offer.COLUMNS
                                + " from offers where organization_id = $1 and is_active order by offer_id",
                        Tuple.of(organization))
                .map(Offers::all);
    }

    /** An offer, active or not. Yields null when there is none. */
    public Uni<Offer> find(UUID organization, int offer) {
        return database.lookup(
                        organization,
                        "select " + Offer.COLUMNS + " from offers where organization_id = $1 and offer_id = $2",
                        Tuple.of(organization, offer))
                .map(rows -> all(rows).stream().findFirst().orElse(null));
    }

    private static List<Offer> all(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).map(Offer::of).toList();
    }
}
