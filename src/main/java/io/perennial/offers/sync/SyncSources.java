package io.perennial.offers.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.platform.ProblemType;
import io.perennial.tenant.TenantDatabase;

/** The outside systems of organizations, as they are stored. */
@ApplicationScoped
class SyncSources {

    private final TenantDatabase database;
    private final ObjectMapper json;
    private final Clock clock;

    SyncSources(TenantDatabase database, ObjectMapper json, Clock clock) {
        this.database = database;
        this.json = json;
        this.clock = clock;
    }

    /** A source that it is time to ask. */
    record Due(UUID organization, String system) {}

    /** The sources of an organization in the order of their names. */
    Uni<List<SyncSource>> list(UUID organization) {
        return database.query(
                        organization,
                        "select * from offer_sync_sources where organization_id = $1 order by system",
                        Tuple.of(organization))
                .map(this::all);
    }

    /** A source; fails with {@link ProblemType#UNKNOWN_SYNC_SOURCE}. */
    Uni<SyncSource> get(UUID organization, String system) {
        return database.query(
                        organization,
                        "select * from offer_sync_sources where organization_id = $1 and system = $2",
                        Tuple.of(organization, system))
                .map(rows -> all(rows).stream().findFirst().orElseThrow(() -> unknown(system)));
    }

    /**
     * Describes a source, new or not. What it was when it was last taken over is forgotten, for it may be read differently now.
     */
    Uni<SyncSource> put(SqlConnection connection, UUID organization, String system, SourceDescription source) {
        return connection
                .preparedQuery("""
                        insert into offer_sync_sources as known (organization_id, system, url, paging, mapping, auth, username,
                            secret_reference, every_minutes, enabled, next_sync_at, created_at, updated_at)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
                            case when $10 then $11::timestamptz + make_interval(mins => $9) end, $11, $11)
                        on conflict (organization_id, system) do update
                        set url = excluded.url, paging = excluded.paging, mapping = excluded.mapping, auth = excluded.auth,
                            username = excluded.username, secret_reference = excluded.secret_reference,
                            every_minutes = excluded.every_minutes, enabled = excluded.enabled, etag = null,
                            next_sync_at = excluded.next_sync_at, version = known.version + 1,
                            updated_at = excluded.updated_at
                        returning *""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.from(Arrays.asList(
                        organization,
                        system,
                        source.url(),
                        write(source.paging()),
                        write(source.mapping()),
                        source.auth().value(),
                        source.username(),
                        source.secretReference(),
                        source.everyMinutes(),
                        source.enabled(),
                        now())))
                .map(rows -> source(rows.iterator().next().getDelegate()));
    }

    /** Forgets a source; its offers stay. */
    Uni<Void> delete(UUID organization, String system) {
        return database.query(
                        organization,
                        "delete from offer_sync_sources where organization_id = $1 and system = $2",
                        Tuple.of(organization, system))
                .invoke(rows -> {
                    if (rows.rowCount() == 0) {
                        throw unknown(system);
                    }
                })
                .replaceWithVoid();
    }

    /** The sources of all organizations that it is time to ask. */
    Uni<List<Due>> due() {
        return database.queryInstance("""
                        select organization_id, system from offer_sync_sources
                        where enabled and next_sync_at <= $1
                        order by next_sync_at""", Tuple.of(now()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> new Due(row.getUUID("organization_id"), row.getString("system")))
                        .toList());
    }

    /** Claims a source that is due by setting when it is due again. Yields whether nobody else has claimed it before. */
    Uni<Boolean> claim(Due due) {
        return database.query(due.organization(), """
                        update offer_sync_sources
                        set next_sync_at = $3::timestamptz + make_interval(mins => every_minutes)
                        where organization_id = $1 and system = $2 and enabled and next_sync_at <= $3""", Tuple.of(due.organization(), due.system(), now()))
                .map(rows -> rows.rowCount() == 1);
    }

    /** Notes that a source was taken over. */
    Uni<Void> synced(SqlConnection connection, UUID organization, SyncReport report, String etag) {
        return connection
                .preparedQuery("""
                        update offer_sync_sources
                        set last_attempt_at = $3, last_synced_at = $3, last_outcome = $4, last_failure = null, etag = $5
                        where organization_id = $1 and system = $2""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.from(Arrays.asList(
                        organization, report.system(), now(), new JsonObject(new HashMap<>(report.outcome())), etag)))
                .replaceWithVoid();
    }

    /** Notes why a source could not be taken over. */
    Uni<Void> failed(UUID organization, String system, String reason) {
        return database.query(organization, """
                        update offer_sync_sources set last_attempt_at = $3, last_failure = $4
                        where organization_id = $1 and system = $2""", Tuple.of(organization, system, now(), reason))
                .replaceWithVoid();
    }

    private List<SyncSource> all(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).map(this::source).toList();
    }

    private SyncSource source(Row row) {
        var outcome = (JsonObject) row.getValue("last_outcome");
        return new SyncSource(
                row.getString("system"),
                new SourceDescription(
                        row.getString("url"),
                        read(row, "paging", new TypeReference<Paging>() {}),
                        read(row, "mapping", new TypeReference<Map<String, String>>() {}),
                        SourceDescription.Auth.of(row.getString("auth")),
                        row.getString("username"),
                        row.getString("secret_reference"),
                        row.getInteger("every_minutes"),
                        row.getBoolean("enabled")),
                null,
                instant(row, "next_sync_at"),
                instant(row, "last_attempt_at"),
                instant(row, "last_synced_at"),
                outcome == null ? null : outcome.getMap(),
                row.getString("last_failure"),
                row.getInteger("version"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                row.getString("etag"));
    }

    private <T> T read(Row row, String column, TypeReference<T> type) {
        try {
            return json.readValue(((JsonObject) row.getValue(column)).encode(), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonObject write(Object value) {
        try {
            return new JsonObject(json.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }

    private static RuntimeException unknown(String system) {
        return ProblemType.UNKNOWN_SYNC_SOURCE.problem("No source %s in this organization", system);
    }
}
