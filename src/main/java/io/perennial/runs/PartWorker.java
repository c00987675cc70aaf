package io.perennial.runs;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

import io.perennial.platform.ProblemException;
import io.perennial.tenant.TenantDatabase;

/**
 * Does the parts of a step. A part is claimed by locking its row, worked on and marked as done, all in one transaction: it is
 * done exactly once, and what a worker held when it died is free again at once.
 */
@ApplicationScoped
class PartWorker {

    private static final Logger LOG = Logger.getLogger(PartWorker.class);

    /**
     * Right after an upload the planner takes a table for small that has a million new rows, which a nested loop never
     * forgives; statements over many customers want none anyway.
     */
    private static final String PLANNING = "set local work_mem = '64MB'; set local enable_nestloop = off";

    private final TenantDatabase database;
    private final RunsConfig config;
    private final Clock clock;
    private final HandBack handBack;
    private final Map<String, List<RunStep>> steps;

    PartWorker(TenantDatabase database, RunsConfig config, Clock clock, HandBack handBack, @All List<RunKind> kinds) {
        this.database = database;
        this.config = config;
        this.clock = clock;
        this.handBack = handBack;
        this.steps = kinds.stream().collect(Collectors.toMap(RunKind::name, RunKind::steps));
    }

    /** Claims a part and does it. Yields whether there was one that is not handed back. */
    Uni<Boolean> claim(Run run, short step) {
        if (handBack.isLeaving()) {
            return Uni.createFrom().item(false);
        }
        var claimed = new AtomicReference<Row>();
        return database.transaction(
                        run.organizationId(),
                        connection -> next(connection, run, step)
                                .invoke(claimed::set)
                                .chain(row -> row == null
                                        ? Uni.createFrom().item(false)
                                        : handBack.unlessLeaving(connection, doPart(connection, run, row))))
                .onFailure(e -> handBack.isLeaving())
                .recoverWithItem(false)
                .onFailure(e -> claimed.get() != null)
                .recoverWithUni(e -> recordFailure(run, claimed.get(), e));
    }

    private Uni<Row> next(SqlConnection connection, Run run, short step) {
        return connection
                .preparedQuery("""
                        select step, partition, first_customer, last_customer, attempts
                        from run_partitions
                        where organization_id = $1 and run_id = $2 and step = $3 and finished_at is null and attempts < $4
                        order by partition
                        limit 1
                        for update skip locked""")
                .execute(Tuple.of(run.organizationId(), run.id(), step, config.maxAttempts()))
                .map(rows -> rows.iterator().hasNext() ? rows.iterator().next() : null);
    }

    private Uni<Boolean> doPart(SqlConnection connection, Run run, Row row) {
        var step = steps.get(run.kind()).get(row.getShort("step"));
        var before = step.writesAboutCustomers()
                ? PLANNING + "; " + TenantDatabase.shareWithoutErasure(run.organizationId())
                : PLANNING;
        return connection
                .query(before)
                .execute()
                .chain(() -> results(connection, run))
                .map(results -> new RunPart(
                        run.organizationId(),
                        run.id(),
                        run.asOf().atOffset(ZoneOffset.UTC),
                        row.getUUID("first_customer"),
                        row.getUUID("last_customer"),
                        run.parametersOrNone(),
                        results))
                .chain(part -> step.work(connection, part))
                .chain(result -> connection
                        .preparedQuery("""
                                update run_partitions set finished_at = $5, result = $6
                                where organization_id = $1 and run_id = $2 and step = $3 and partition = $4""")
                        .execute(Tuple.from(Arrays.asList(
                                run.organizationId(),
                                run.id(),
                                row.getShort("step"),
                                row.getShort("partition"),
                                clock.instant().atOffset(ZoneOffset.UTC),
                                result))))
                .replaceWith(true);
    }

    /** What the steps that look at a whole organization have yielded so far, by their names. */
    Uni<JsonObject> results(SqlConnection connection, Run run) {
        var ofKind = steps.get(run.kind());
        var whole = IntStream.range(0, ofKind.size())
                .filter(step -> ofKind.get(step).whole())
                .mapToObj(step -> (short) step)
                .toArray(Short[]::new);
        return connection
                .preparedQuery("""
                        select step, result from run_partitions
                        where organization_id = $1 and run_id = $2 and step = any($3) and result is not null""")
                .execute(Tuple.of(run.organizationId(), run.id(), whole))
                .map(rows -> {
                    var results = new JsonObject();
                    rows.forEach(
                            row -> results.put(ofKind.get(row.getShort("step")).name(), row.getValue("result")));
                    return results;
                });
    }

    private Uni<Boolean> recordFailure(Run run, Row row, Throwable e) {
        LOG.warnf(e, "Step %d, part %d of run %s failed", row.getShort("step"), row.getShort("partition"), run.id());
        return database.query(
                        run.organizationId(),
                        """
                        update run_partitions set attempts = attempts + 1, failure = $5
                        where organization_id = $1 and run_id = $2 and step = $3 and partition = $4""",
                        io.vertx.sqlclient.Tuple.of(
                                run.organizationId(),
                                run.id(),
                                row.getShort("step"),
                                row.getShort("partition"),
                                reason(e)))
                .replaceWith(true)
                .onItem()
                .delayIt()
                .by(Duration.ofMillis(500L << row.getShort("attempts")));
    }

    /** What callers may read; the words of the database, which may hold what is stored in it, are for the log. */
    private static String reason(Throwable e) {
        if (e instanceof ProblemException) {
            return e.getMessage();
        }
        return e instanceof PgException refused
                ? "The database refused a statement with SQLSTATE %s; the log has more".formatted(refused.getSqlState())
                : "%s; the log has more".formatted(e.getClass().getSimpleName());
    }
}
