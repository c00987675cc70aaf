package io.perennial.tenant;

import com.github.benmanes.caffeine.cache.Cache;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.platform.Page;

/** The organizations. */
@ApplicationScoped
public class Organizations {

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;
    private final Cache<UUID, Organization> remembered = Remembered.cache();

    Organizations(TenantDatabase database, Idempotency idempotency, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
    }

    /**
     * Creates an organization.
     *
     * @param idempotencyKey may be null; with it, the id of the organization follows from the caller and the key
     */
    public Uni<Organization> create(Caller caller, String idempotencyKey, NewOrganization organization) {
        var id = idempotencyKey == null ? UUID.randomUUID() : idOf(caller, idempotencyKey);
        return database.transaction(
                id,
                connection -> idempotency.once(
                        connection,
                        id,
                        idempotencyKey,
                        "POST organizations " + organization,
                        Organization.class,
                        () -> connection
                                .preparedQuery("""
                                        insert into organizations (%s)
                                        values ($1, $2, $3, $4, $5, $6, $7, $7)
                                        returning %s""".formatted(Organization.COLUMNS, Organization.COLUMNS))
                                .execute(io.vertx.mutiny.sqlclient.Tuple.newInstance(values(id, organization)))
                                .map(rows ->
                                        Organization.of(rows.iterator().next().getDelegate()))));
    }

    /** The id of the organization that a caller creates with an idempotency key. */
    public static UUID idOf(Caller caller, String idempotencyKey) {
        return CustomerId.derive(caller.keyId(), idempotencyKey);
    }

    /** Finds an organization; remembered for a few seconds. Null when there is none. */
    public Uni<Organization> find(UUID id) {
        var known = remembered.getIfPresent(id);
        return known == null
                ? select(id).invoke(this::remember)
                : Uni.createFrom().item(known);
    }

    /** The same within a transaction of the organization. */
    public Uni<Organization> find(SqlConnection connection, UUID id) {
        var known = remembered.getIfPresent(id);
        return known == null
                ? connection
                        .preparedQuery("select %s from organizations where id = $1".formatted(Organization.COLUMNS))
                        .execute(io.vertx.mutiny.sqlclient.Tuple.of(id))
                        .map(rows -> first(rows.getDelegate()))
                        .invoke(this::remember)
                : Uni.createFrom().item(known);
    }

    private void remember(Organization organization) {
        if (organization != null) {
            remembered.put(organization.id(), organization);
        }
    }

    private Uni<Organization> select(UUID id) {
        return database.query(
                        id, "select %s from organizations where id = $1".formatted(Organization.COLUMNS), Tuple.of(id))
                .map(Organizations::first);
    }

    /** All organizations in the order of their ids. */
    Uni<Page<Organization>> list(UUID after, int limit) {
        return database.queryInstance(
                        "select %s from organizations where $1::uuid is null or id > $1 order by id limit $2"
                                .formatted(Organization.COLUMNS),
                        Tuple.of(after, limit + 1))
                .map(rows -> Page.of(
                        all(rows), limit, organization -> organization.id().toString()));
    }

    /** Replaces what an organization says about itself. */
    Uni<Organization> update(UUID id, NewOrganization organization) {
        return database.query(id, """
                        update organizations
                        set name = $2, org_type = $3, currency = $4, timezone = $5, churn_horizon_days = $6, updated_at = $7
                        where id = $1
                        returning %s""".formatted(Organization.COLUMNS), values(id, organization))
                .map(Organizations::first)
                .invoke(this::remember);
    }

    private Tuple values(UUID id, NewOrganization organization) {
        return Tuple.from(List.of(
                id,
                organization.name(),
                organization.orgType().value(),
                organization.currency(),
                organization.timezone(),
                organization.churnHorizonDaysOrDefault(),
                clock.instant().atOffset(ZoneOffset.UTC)));
    }

    private static Organization first(RowSet<Row> rows) {
        return all(rows).stream().findFirst().orElse(null);
    }

    private static List<Organization> all(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false)
                .map(Organization::of)
                .toList();
    }
}
