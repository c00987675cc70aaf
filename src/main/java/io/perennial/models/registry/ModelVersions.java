package io.perennial.models.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.models.serve.ModelSource;
import io.perennial.models.serve.ModelVersion;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.TenantDatabase;

/** The versions that were trained, and which of each kind is the one that answers. */
@ApplicationScoped
public class ModelVersions implements ModelSource {

    /** After which every replica has noticed that another version is active. */
    private static final Duration NOTICED_AFTER = Duration.ofSeconds(5);

    private static final int ORGANIZATIONS_REMEMBERED = 10_000;

    private final TenantDatabase database;
    private final Clock clock;
    private final Cache<UUID, Map<String, ActiveModel>> active = Caffeine.newBuilder()
            .expireAfterWrite(NOTICED_AFTER)
            .maximumSize(ORGANIZATIONS_REMEMBERED)
            .build();

    ModelVersions(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public Uni<byte[]> artifact(ModelVersion version) {
        return database.query(
                        version.organization(),
                        "select artifact from model_versions where organization_id = $1 and kind = $2 and number = $3",
                        Tuple.of(version.organization(), version.kind(), version.number()))
                .map(rows -> first(rows)
                        .map(row -> row.getBuffer("artifact").getBytes())
                        .orElse(null));
    }

    /** The versions of an organization that answer, by kind; remembered for a few seconds. */
    public Uni<Map<String, ActiveModel>> active(UUID organization) {
        var known = active.getIfPresent(organization);
        return known != null
                ? Uni.createFrom().item(known)
                : database.query(organization, """
                                select kind, number, learner, feature_schema
                                from model_versions
                                where organization_id = $1 and status = 'active'""", Tuple.of(organization)).map(rows -> {
                    var found = new LinkedHashMap<String, ActiveModel>();
                    rows.forEach(row -> found.put(row.getString("kind"), activeModel(organization, row)));
                    active.put(organization, found);
                    return found;
                });
    }

    private static ActiveModel activeModel(UUID organization, Row row) {
        var schema = (JsonObject) row.getValue("feature_schema");
        return new ActiveModel(
                new ModelVersion(organization, row.getString("kind"), row.getInteger("number")),
                row.getString("learner"),
                VersionDetails.strings(schema.getJsonArray("features")),
                VersionDetails.strings(schema.getJsonArray("choices")));
    }

    /**
     * Adds a candidate.
     *
     * @param connection in a transaction of the organization
     * @return yields its number
     */
    public Uni<Integer> add(
            SqlConnection connection, UUID organization, String kind, UUID run, TrainedVersion version) {
        var schema = new JsonObject()
                .put("features", new JsonArray(version.features()))
                .put("choices", new JsonArray(version.choices()));
        return alone(connection, organization, kind)
                .chain(() -> connection
                        .preparedQuery("""
                                insert into model_versions (
                                    organization_id, kind, number, status, learner, feature_schema, metrics, reference,
                                    artifact, snapshots, run_id, trained_at)
                                select $1, $2, coalesce(max(number), 0) + 1, 'candidate', $3, $4, $5, $6, $7, $8, $9, $10
                                from model_versions
                                where organization_id = $1 and kind = $2
                                returning number""")
                        .execute(io.vertx.mutiny.sqlclient.Tuple.from(List.of(
                                organization,
                                kind,
                                version.learner(),
                                schema,
                                version.metrics(),
                                version.reference(),
                                Buffer.buffer(version.artifact()),
                                version.snapshots(),
                                run,
                                now()))))
                .map(rows -> rows.iterator().next().getInteger("number"));
    }

    /** Lets the versions of a kind be changed by one transaction at a time. */
    private static Uni<Void> alone(SqlConnection connection, UUID organization, String kind) {
        return connection
                .query("select pg_advisory_xact_lock(hashtextextended('models %s %s', 0))"
                        .formatted(organization, kind))
                .execute()
                .replaceWithVoid();
    }

    /** Makes a version the one that answers, in a transaction that has more to do and has {@linkplain #add added} it. */
    public Uni<Void> activate(SqlConnection connection, UUID organization, String kind, int number) {
        return activate(connection, organization, kind, number, now());
    }

    private Uni<Void> activate(
            SqlConnection connection, UUID organization, String kind, int number, OffsetDateTime activatedAt) {
        return connection
                .preparedQuery("""
                        update model_versions set status = 'retired', retired_at = $4
                        where organization_id = $1 and kind = $2 and status = 'active' and number <> $3""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, kind, number, now()))
                .chain(() -> connection
                        .preparedQuery("""
                                update model_versions set status = 'active', activated_at = $4, retired_at = null
                                where organization_id = $1 and kind = $2 and number = $3 and status <> 'active'""")
                        .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, kind, number, activatedAt)))
                .invoke(() -> active.invalidate(organization))
                .replaceWithVoid();
    }

    /** Makes a version the one that answers; fails with {@link ProblemType#UNKNOWN_MODEL} when there is none. */
    public Uni<VersionDetails> activate(UUID organization, String kind, int number) {
        return database.transaction(
                        organization,
                        connection -> alone(connection, organization, kind)
                                .chain(() -> connection
                                        .preparedQuery("""
                                                select from model_versions
                                                where organization_id = $1 and kind = $2 and number = $3""")
                                        .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, kind, number)))
                                .invoke(rows -> {
                                    if (rows.size() == 0) {
                                        throw unknown(kind, number);
                                    }
                                })
                                .chain(() -> activate(connection, organization, kind, number)))
                .invoke(() -> active.invalidate(organization))
                .chain(() -> get(organization, kind, number));
    }

    /**
     * Makes the version answer that did before the present one, as if the present one had never been activated; fails with
     * {@link ProblemType#UNKNOWN_MODEL} when none did.
     */
    public Uni<VersionDetails> rollBack(UUID organization, String kind) {
        return database.transaction(
                        organization,
                        connection -> alone(connection, organization, kind)
                                .chain(() -> before(connection, organization, kind))
                                .call(row -> activate(
                                        connection,
                                        organization,
                                        kind,
                                        row.getInteger("number"),
                                        row.getOffsetDateTime("activated_at"))))
                .invoke(() -> active.invalidate(organization))
                .chain(row -> get(organization, kind, row.getInteger("number")));
    }

    private static Uni<io.vertx.mutiny.sqlclient.Row> before(SqlConnection connection, UUID organization, String kind) {
        return connection
                .preparedQuery("""
                        select number, activated_at from model_versions
                        where organization_id = $1 and kind = $2 and status = 'retired' and activated_at < (
                            select activated_at from model_versions
                            where organization_id = $1 and kind = $2 and status = 'active')
                        order by activated_at desc
                        limit 1""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, kind))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw ProblemType.UNKNOWN_MODEL.problem("No version of %s was active before", kind);
                    }
                    return rows.iterator().next();
                });
    }

    /** A version; fails with {@link ProblemType#UNKNOWN_MODEL} when there is none. */
    public Uni<VersionDetails> get(UUID organization, String kind, int number) {
        return database.query(
                        organization,
                        "select %s from model_versions where organization_id = $1 and kind = $2 and number = $3"
                                .formatted(VersionDetails.COLUMNS),
                        Tuple.of(organization, kind, number))
                .map(rows -> first(rows).map(VersionDetails::of).orElseThrow(() -> unknown(kind, number)));
    }

    /** The versions that answer, by kind. */
    public Uni<List<VersionDetails>> allActive(UUID organization) {
        return database.query(
                        organization,
                        "select %s from model_versions where organization_id = $1 and status = 'active' order by kind"
                                .formatted(VersionDetails.COLUMNS),
                        Tuple.of(organization))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(VersionDetails::of)
                        .toList());
    }

    /**
     * The versions of a kind, the newest first.
     *
     * @param before list those with a lower number; null to begin with the newest
     */
    public Uni<Page<VersionDetails>> list(UUID organization, String kind, Integer before, int limit) {
        return database.query(
                        organization,
                        """
                        select %s from model_versions
                        where organization_id = $1 and kind = $2 and number < $3
                        order by number desc
                        limit $4""".formatted(VersionDetails.COLUMNS),
                        Tuple.of(organization, kind, before == null ? Integer.MAX_VALUE : before, limit + 1))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(VersionDetails::of)
                                .toList(),
                        limit,
                        version -> Integer.toString(version.number())));
    }

    /** How features and predictions were spread when a version was trained. */
    public Uni<JsonObject> reference(ModelVersion version) {
        return database.query(
                        version.organization(),
                        "select reference from model_versions where organization_id = $1 and kind = $2 and number = $3",
                        Tuple.of(version.organization(), version.kind(), version.number()))
                .map(rows -> first(rows)
                        .map(row -> (JsonObject) row.getValue("reference"))
                        .orElseThrow(() -> unknown(version.kind(), version.number())));
    }

    private static RuntimeException unknown(String kind, int number) {
        return ProblemType.UNKNOWN_MODEL.problem("No version %s-%d", kind, number);
    }

    private static Optional<Row> first(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
