package io.perennial.offers;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.OrgType;
import io.perennial.tenant.TenantDatabase;

/** The offers of organizations, as they are stored. */
@ApplicationScoped
public class Offers {

    private static final String INSERT = """
            insert into offers (organization_id, offer_id, name, description, category, is_active, lifecycle_stage,
                target_segment, min_customer_value, max_customer_value, cost, margin, monthly_budget, redemption_limit,
                consent_needed, contact_limit, contact_limit_days, industries, external_offer_id, external_system,
                created_at, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)
            on conflict do nothing
            returning
                """ + Offer.COLUMNS;

    private static final String UPDATE = """
            update offers
            set name = $3, description = $4, category = $5, is_active = $6, lifecycle_stage = $7, target_segment = $8,
                min_customer_value = $9, max_customer_value = $10, cost = $11, margin = $12, monthly_budget = $13,
                redemption_limit = $14, consent_needed = $15, contact_limit = $16, contact_limit_days = $17,
                industries = $18, external_offer_id = coalesce($19, external_offer_id),
                external_system = coalesce($20, external_system), version = version + 1, updated_at = $21
            where organization_id = $1 and offer_id = $2
            returning
                """ + Offer.COLUMNS;

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

    /** All offers of an organization by their ids, active or not. */
    public Uni<Map<Integer, Offer>> all(UUID organization) {
        return database.query(
                        organization,
                        "select " + Offer.COLUMNS + " from offers where organization_id = $1",
                        Tuple.of(organization))
                .map(rows -> all(rows).stream().collect(Collectors.toMap(Offer::offerId, Function.identity())));
    }

    /** An offer, active or not. Yields null when there is none. */
    public Uni<Offer> find(UUID organization, int offer) {
        return database.lookup(
                        organization,
                        "select " + Offer.COLUMNS + " from offers where organization_id = $1 and offer_id = $2",
                        Tuple.of(organization, offer))
                .map(rows -> all(rows).stream().findFirst().orElse(null));
    }

    /** What a list of offers is narrowed down to; null for any. */
    record Filter(Boolean active, String category, Stage lifecycleStage) {}

    /**
     * Offers in the order of their ids.
     *
     * @param after the id that the page before ended with; null for the first page
     */
    Uni<Page<Offer>> list(UUID organization, Filter filter, Integer after, int limit) {
        return database.query(
                        organization,
                        "select " + Offer.COLUMNS + """

                                from offers
                                where organization_id = $1 and offer_id > $2
                                    and ($3::boolean is null or is_active = $3)
                                    and ($4::text is null or category = $4)
                                    and ($5::text is null or lifecycle_stage = $5)
                                order by offer_id
                                limit $6""",
                        Tuple.of(
                                organization,
                                after == null ? -1 : after,
                                filter.active(),
                                filter.category(),
                                filter.lifecycleStage() == null
                                        ? null
                                        : filter.lifecycleStage().label(),
                                limit + 1))
                .map(rows -> Page.of(all(rows), limit, offer -> String.valueOf(offer.offerId())));
    }

    /** Lets one transaction at a time add offers to a catalog, so that each finds the next free id. */
    public Uni<Void> addAlone(SqlConnection connection, UUID organization) {
        return connection
                .query("select pg_advisory_xact_lock(hashtextextended('offers %s', 0))".formatted(organization))
                .execute()
                .replaceWithVoid();
    }

    /** The id that the next offer gets. */
    public Uni<Integer> nextId(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery("select coalesce(max(offer_id), -1) + 1 from offers where organization_id = $1")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization))
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /** Reads an offer and keeps others from changing it. Yields null when there is none. */
    Uni<Offer> lock(SqlConnection connection, UUID organization, int offer) {
        return connection
                .preparedQuery("select " + Offer.COLUMNS
                        + " from offers where organization_id = $1 and offer_id = $2 for no key update")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, offer))
                .map(Offers::first);
    }

    /** Adds an offer. Yields null when its id is taken. */
    Uni<Offer> insert(SqlConnection connection, UUID organization, int id, NewOffer offer, Instant now) {
        return connection
                .preparedQuery(INSERT)
                .execute(values(organization, id, offer, now))
                .map(Offers::first);
    }

    /** Replaces all of an offer but where it comes from, unless that is given. */
    Uni<Offer> update(SqlConnection connection, UUID organization, int id, NewOffer offer, Instant now) {
        return connection
                .preparedQuery(UPDATE)
                .execute(values(organization, id, offer, now))
                .map(Offers::first);
    }

    /** Takes an offer back. */
    Uni<Offer> deactivate(SqlConnection connection, UUID organization, int id, Instant now) {
        return connection
                .preparedQuery("""
                        update offers set is_active = false, version = version + 1, updated_at = $3
                        where organization_id = $1 and offer_id = $2
                        returning
                """ + Offer.COLUMNS)
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, id, now.atOffset(ZoneOffset.UTC)))
                .map(Offers::first);
    }

    /** Adds offers with their ids at once, in their order. Fails when one of them is taken. */
    public Uni<List<Offer>> insertAll(SqlConnection connection, UUID organization, List<NewOffer> offers, Instant now) {
        return writeAll(connection, INSERT, organization, offers, now);
    }

    /** Replaces offers, which have their ids, at once, in their order. */
    public Uni<List<Offer>> updateAll(SqlConnection connection, UUID organization, List<NewOffer> offers, Instant now) {
        return writeAll(connection, UPDATE, organization, offers, now);
    }

    private static Uni<List<Offer>> writeAll(
            SqlConnection connection, String sql, UUID organization, List<NewOffer> offers, Instant now) {
        if (offers.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        return connection
                .preparedQuery(sql)
                .executeBatch(offers.stream()
                        .map(offer -> values(organization, offer.offerId(), offer, now))
                        .toList())
                .map(first -> {
                    var written = new ArrayList<Offer>();
                    for (var rows = first; rows != null; rows = rows.next()) {
                        written.add(first(rows));
                    }
                    if (written.contains(null)) {
                        throw ProblemType.CONFLICT.problem("An offer was added meanwhile; try again");
                    }
                    return written;
                });
    }

    private static io.vertx.mutiny.sqlclient.Tuple values(UUID organization, int id, NewOffer offer, Instant now) {
        var contacts = offer.contactLimit();
        return io.vertx.mutiny.sqlclient.Tuple.from(Arrays.asList(
                organization,
                id,
                offer.name(),
                offer.description(),
                offer.category(),
                offer.isActive(),
                offer.lifecycleStage() == null ? null : offer.lifecycleStage().label(),
                offer.targetSegment(),
                offer.minCustomerValue(),
                offer.maxCustomerValue(),
                offer.cost(),
                offer.margin(),
                offer.monthlyBudget(),
                offer.redemptionLimit(),
                offer.consentNeeded(),
                contacts == null ? null : contacts.offers(),
                contacts == null ? null : contacts.days(),
                offer.industries().stream().map(OrgType::value).toArray(String[]::new),
                offer.externalOfferId(),
                offer.externalSystem(),
                now.atOffset(ZoneOffset.UTC)));
    }

    private static Offer first(io.vertx.mutiny.sqlclient.RowSet<io.vertx.mutiny.sqlclient.Row> rows) {
        for (var row : rows) {
            return Offer.of(row.getDelegate());
        }
        return null;
    }

    private static List<Offer> all(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).map(Offer::of).toList();
    }
}
