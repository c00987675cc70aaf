package io.perennial.runs;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.perennial.platform.AsOf;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** Starts runs and knows how far they are. */
@ApplicationScoped
public class Runs {

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final RunDriver driver;
    private final RunsConfig config;
    private final Clock clock;
    private final Map<String, RunKind> kinds;

    Runs(
            TenantDatabase database,
            Idempotency idempotency,
            RunDriver driver,
            RunsConfig config,
            Clock clock,
            @All List<RunKind> kinds) {
        this.database = database;
        this.idempotency = idempotency;
        this.driver = driver;
        this.config = config;
        this.clock = clock;
        this.kinds = kinds.stream().collect(Collectors.toMap(RunKind::name, Function.identity()));
    }

    /** The kinds that can be started, in the order of their names. */
    List<String> kinds() {
        return kinds.keySet().stream().sorted().toList();
    }

    /**
     * Starts a run in a transaction of its own.
     *
     * @param kind one of {@link #kinds()}
     */
    public Uni<Run> start(UUID organization, String kind, Instant asOf) {
        return database.transaction(organization, connection -> create(connection, organization, kind, asOf))
                .invoke(driver::submit);
    }

    /**
     * Starts a run, unless the key has started one before.
     *
     * @param idempotencyKey may be null
     * @param parameters for the steps of the run; may be null
     * @return the run as it is now; fails with {@link ProblemType#IDEMPOTENCY_KEY_REUSED}
     */
    public Uni<Run> startOnce(
            UUID organization, String idempotencyKey, String kind, Instant asOf, JsonObject parameters) {
        return database.transaction(
                        organization,
                        connection -> idempotency.once(
                                connection,
                                organization,
                                idempotencyKey,
                                "run %s %s %s".formatted(kind, asOf, parameters),
                                Run.class,
                                () -> create(connection, organization, kind, AsOf.orNow(asOf, clock), parameters)))
                .chain(run -> get(organization, run.id()))
                .invoke(run -> {
                    if (!run.isFinished()) {
                        driver.submit(run);
                    }
                });
    }

    /**
     * Writes a run into a transaction that has more to do. Nothing happens until the transaction has been committed and
     * {@link #follow} or {@link #submit} is called, or the next replica looks for work.
     */
    public Uni<Run> create(SqlConnection connection, UUID organization, String kind, Instant asOf) {
        return create(connection, organization, kind, asOf, null);
    }

    /**
     * As {@link #create(SqlConnection, UUID, String, Instant)}.
     *
     * @param parameters for the steps of the run; may be null
     */
    public Uni<Run> create(
            SqlConnection connection, UUID organization, String kind, Instant asOf, JsonObject parameters) {
        var id = UUID.randomUUID();
        return insert(connection, organization, id, kind, asOf, parameters)
                .chain(() -> customers(connection, organization))
                .chain(customers -> insertParts(connection, organization, id, kind, parts(customers)))
                .chain(() -> find(connection, organization, id));
    }

    /**
     * As {@link #create}, unless a run of this kind waits for its turn: it is kept waiting until the transaction ends, and
     * then sees the same data.
     *
     * @param asOf of the new run
     * @param older by how much the instant of a waiting one may be earlier
     */
    public Uni<Run> createUnlessWaiting(
            SqlConnection connection, UUID organization, String kind, Instant asOf, Duration older) {
        return connection
                .preparedQuery(Run.SELECT + """
                                where r.organization_id = $1 and r.kind = $2 and r.status = 'running'
                                    and r.as_of between $3 and $4
                                    and exists (
                                        select from runs earlier
                                        where earlier.organization_id = $1 and earlier.status = 'running'
                                            and (earlier.started_at, earlier.id) < (r.started_at, r.id))
                                limit 1""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(
                        organization, kind, asOf.minus(older).atOffset(ZoneOffset.UTC), asOf.atOffset(ZoneOffset.UTC)))
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().nullItem()
                        : keepWaiting(connection, Run.of(rows.iterator().next().getDelegate())))
                .onItem()
                .ifNull()
                .switchTo(() -> create(connection, organization, kind, asOf));
    }

    /** Holds the parts of a run, so that nobody begins with them. Yields null when somebody has. */
    private static Uni<Run> keepWaiting(SqlConnection connection, Run run) {
        return connection
                .preparedQuery("""
                        select from run_partitions
                        where organization_id = $1 and run_id = $2 and finished_at is null
                        for update skip locked""")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(run.organizationId(), run.id()))
                .map(held -> held.size() == run.parts() ? run : null);
    }

    /** Runs take turns in the order of their beginnings, so that has to be the order of their transactions too. */
    private Uni<Void> insert(
            SqlConnection connection, UUID organization, UUID id, String kind, Instant asOf, JsonObject parameters) {
        if (!kinds.containsKey(kind)) {
            throw ProblemType.INVALID_REQUEST.problem("kind must be one of %s", String.join(", ", kinds()));
        }
        kinds.get(kind).check(parameters == null ? new JsonObject() : parameters);
        kinds.get(kind).check(asOf);
        return connection
                .query("select pg_advisory_xact_lock(hashtextextended('runs %s', 0))".formatted(organization))
                .execute()
                .chain(() -> connection
                        .preparedQuery("""
                                insert into runs (organization_id, id, kind, as_of, started_at, parameters)
                                select $1, $2, $3, $4, greatest($5, max(started_at) + interval '1 microsecond'), $6
                                from runs
                                where organization_id = $1""")
                        .execute(io.vertx.mutiny.sqlclient.Tuple.of(
                                organization,
                                id,
                                kind,
                                asOf.atOffset(ZoneOffset.UTC),
                                clock.instant().atOffset(ZoneOffset.UTC),
                                parameters)))
                .replaceWithVoid();
    }

    private static Uni<Long> customers(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery("select count(*) from customers where organization_id = $1")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    private int parts(long customers) {
        return (int)
                Math.min(1_024, Math.max(1, (customers + config.customersPerPart() - 1) / config.customersPerPart()));
    }

    private Uni<Void> insertParts(SqlConnection connection, UUID organization, UUID id, String kind, int parts) {
        var steps = kinds.get(kind).steps();
        var rows = new java.util.ArrayList<io.vertx.mutiny.sqlclient.Tuple>();
        for (var step = 0; step < steps.size(); step++) {
            var count = steps.get(step).whole() ? 1 : parts;
            for (var part = 0; part < count; part++) {
                var range = RunPart.range(part, count);
                rows.add(io.vertx.mutiny.sqlclient.Tuple.from(
                        List.of(organization, id, (short) step, (short) part, range[0], range[1])));
            }
        }
        return connection.preparedQuery("""
                        insert into run_partitions (
                            organization_id, run_id, step, partition, first_customer, last_customer)
                        values ($1, $2, $3, $4, $5, $6)""").executeBatch(rows).replaceWithVoid();
    }

    private static Uni<Run> find(SqlConnection connection, UUID organization, UUID id) {
        return connection
                .preparedQuery(Run.SELECT + "where r.organization_id = $1 and r.id = $2")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, id))
                .map(rows -> Run.of(rows.iterator().next().getDelegate()));
    }

    /** Lets this replica work on a run that {@link #create} wrote. */
    public void submit(Run run) {
        driver.submit(run);
    }

    /**
     * Works on a run to its end.
     *
     * @return the finished run; fails with {@link ProblemType#RUN_FAILED} when the run failed
     */
    public Uni<Run> follow(Run run) {
        return driver.submit(run)
                .chain(() -> get(run.organizationId(), run.id()))
                .map(finished -> {
                    if (finished.status().equals("failed")) {
                        throw ProblemType.RUN_FAILED.problem("Run %s failed: %s", finished.id(), finished.failure());
                    }
                    return finished;
                });
    }

    /** A run of an organization; fails with {@link ProblemType#UNKNOWN_RUN}. */
    public Uni<Run> get(UUID organization, UUID id) {
        return database.query(
                        organization,
                        Run.SELECT + "where r.organization_id = $1 and r.id = $2",
                        Tuple.of(organization, id))
                .map(rows -> first(rows).orElseThrow(() -> ProblemType.UNKNOWN_RUN.problem("No run %s", id)));
    }

    /** The organization that a run belongs to, for callers who may see all; fails with {@link ProblemType#UNKNOWN_RUN}. */
    Uni<UUID> organizationOf(UUID id) {
        return database.queryInstance("select organization_id from runs where id = $1", Tuple.of(id))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .findFirst()
                        .orElseThrow(() -> ProblemType.UNKNOWN_RUN.problem("No run %s", id))
                        .getUUID(0));
    }

    /** The runs of an organization, the newest first. */
    Uni<Page<Run>> list(UUID organization, UUID after, int limit) {
        return database.query(organization, Run.SELECT + """
                                where r.organization_id = $1
                                    and ($2::uuid is null or (r.started_at, r.id) < (
                                        select started_at, id from runs where organization_id = $1 and id = $2))
                                order by r.started_at desc, r.id desc
                                limit $3""", Tuple.of(organization, after, limit + 1))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(Run::of)
                                .toList(),
                        limit,
                        run -> run.id().toString()));
    }

    private static Optional<Run> first(Iterable<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).findFirst().map(Run::of);
    }
}
