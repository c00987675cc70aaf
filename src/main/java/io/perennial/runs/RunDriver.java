package io.perennial.runs;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

import io.perennial.tenant.TenantDatabase;

/**
 * Takes runs from step to step, until they end. Every replica looks for runs that are not finished, so a run outlives the
 * replica that started it, and they share the parts.
 */
@ApplicationScoped
class RunDriver {

    private static final Logger LOG = Logger.getLogger(RunDriver.class);

    /** How long to wait when the rest of a step is in the hands of another replica. */
    private static final Duration OTHERS_ARE_WORKING = Duration.ofMillis(250);

    private final TenantDatabase database;
    private final RunsConfig config;
    private final Clock clock;
    private final MeterRegistry meters;
    private final Map<String, RunKind> kinds;
    private final PartWorker parts;
    private final HandBack handBack;
    private final Map<UUID, CompletableFuture<Void>> submitted = new ConcurrentHashMap<>();
    private final String background;
    private MultiEmitter<? super Run> queue;
    private MultiEmitter<? super Run> backgroundQueue;

    RunDriver(
            TenantDatabase database,
            RunsConfig config,
            Clock clock,
            MeterRegistry meters,
            PartWorker parts,
            HandBack handBack,
            @All List<RunKind> kinds) {
        this.database = database;
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        this.parts = parts;
        this.handBack = handBack;
        this.kinds = kinds.stream().collect(Collectors.toMap(RunKind::name, Function.identity()));
        this.background = kinds.stream()
                .filter(RunKind::inBackground)
                .map(RunKind::name)
                .collect(Collectors.joining(",", "any('{", "}')"));
    }

    void start(@Observes @Priority(1) StartupEvent event) {
        drive(emitter -> queue = emitter, config.concurrentRuns());
        drive(emitter -> backgroundQueue = emitter, 1);
    }

    private void drive(Consumer<MultiEmitter<? super Run>> emitter, int concurrentRuns) {
        Multi.createFrom()
                .emitter(emitter, BackPressureStrategy.BUFFER)
                .onItem()
                .transformToUni(this::driveToItsEnd)
                .merge(concurrentRuns)
                .subscribe()
                .with(done -> {});
    }

    /**
     * Puts a run in the queue of this replica, unless it is there already.
     *
     * @return yields when the run is finished
     */
    Uni<Void> submit(Run run) {
        var end = new CompletableFuture<Void>();
        var known = submitted.putIfAbsent(run.id(), end);
        if (known == null) {
            emitterFor(run).emit(run);
        }
        return Uni.createFrom().completionStage(known == null ? end : known);
    }

    private MultiEmitter<? super Run> emitterFor(Run run) {
        return kinds.get(run.kind()).inBackground() ? backgroundQueue : queue;
    }

    /** Picks up what other replicas, or this one in an earlier life, have begun. */
    @Scheduled(every = "5s", identity = "resume-runs", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> resume() {
        if (handBack.isLeaving()) {
            return Uni.createFrom().voidItem();
        }
        return database.queryInstance(
                        "select organization_id, id from runs where status = 'running' order by started_at",
                        io.vertx.sqlclient.Tuple.tuple())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .filter(row -> !submitted.containsKey(row.getUUID("id")))
                .onItem()
                .transformToUniAndConcatenate(row -> database.query(
                        row.getUUID("organization_id"),
                        Run.SELECT + "where r.organization_id = $1 and r.id = $2",
                        io.vertx.sqlclient.Tuple.of(row.getUUID("organization_id"), row.getUUID("id"))))
                .onItem()
                .transformToIterable(rows -> rows)
                .invoke(row -> submit(Run.of(row)))
                .collect()
                .asList()
                .onFailure()
                .invoke(e -> LOG.warnf("Looking for unfinished runs failed: %s", e.getMessage()))
                .replaceWithVoid();
    }

    private Uni<Void> driveToItsEnd(Run run) {
        return Multi.createBy()
                .repeating()
                .uni(() -> advance(run))
                .whilst(progress -> progress == Progress.GOING_ON)
                .collect()
                .last()
                .onFailure()
                .invoke(e -> LOG.logf(
                        handBack.isLeaving() ? Logger.Level.DEBUG : Logger.Level.ERROR,
                        e,
                        "Run %s stopped; it will be taken up again",
                        run.id()))
                .onItemOrFailure()
                .invoke((progress, failure) -> {
                    if (progress == Progress.NOT_ITS_TURN) {
                        queueAgain(run);
                    } else {
                        complete(run, failure);
                    }
                })
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** Gives its place to another run meanwhile, which may be the one it waits for. */
    private void queueAgain(Run run) {
        Uni.createFrom()
                .item(run)
                .onItem()
                .delayIt()
                .by(OTHERS_ARE_WORKING)
                .subscribe()
                .with(queue::emit);
    }

    private void complete(Run run, Throwable failure) {
        var end = submitted.remove(run.id());
        if (failure == null) {
            end.complete(null);
        } else {
            end.completeExceptionally(failure);
        }
    }

    /** How it goes on with a run. */
    private enum Progress {
        GOING_ON,
        NOT_ITS_TURN,
        ENDED
    }

    /**
     * Where a run is.
     *
     * @param itsTurn whether no earlier run of the organization is unfinished: they write the same rows
     * @param step the first that is not done, if any
     * @param exhausted why a part of it cannot be done, if so
     */
    private record State(boolean finished, boolean itsTurn, Short step, String exhausted) {}

    /** Does the current step, or ends the run when there is none; on a replica that leaves, waits for another one to. */
    private Uni<Progress> advance(Run run) {
        return state(run).chain(state -> {
            if (state.finished()) {
                return Uni.createFrom().item(Progress.ENDED);
            }
            if (handBack.isLeaving()) {
                return othersAreWorking();
            }
            if (!state.itsTurn()) {
                return Uni.createFrom().item(Progress.NOT_ITS_TURN);
            }
            if (state.exhausted() != null) {
                return finish(run, connection -> end(connection, run, "failed", null, state.exhausted()));
            }
            return state.step() == null
                    ? finish(run, connection -> complete(connection, run))
                    : work(run, state.step());
        });
    }

    private Uni<State> state(Run run) {
        return database.query(
                        run.organizationId(),
                        """
                        select r.status,
                            not exists (
                                select from runs earlier
                                where earlier.organization_id = r.organization_id and earlier.status = 'running'
                                    and (earlier.kind = %1$s) = (r.kind = %1$s)
                                    and (earlier.started_at, earlier.id) < (r.started_at, r.id)) as its_turn,
                            min(p.step) filter (where p.finished_at is null) as step,
                            min(p.failure) filter (where p.finished_at is null and p.attempts >= $3) as exhausted
                        from runs r
                        join run_partitions p on p.organization_id = r.organization_id and p.run_id = r.id
                        where r.organization_id = $1 and r.id = $2
                        group by r.organization_id, r.id""".formatted(background),
                        io.vertx.sqlclient.Tuple.of(run.organizationId(), run.id(), config.maxAttempts()))
                .map(rows -> {
                    for (var row : rows) {
                        var running = row.getString("status").equals("running");
                        return new State(
                                !running, row.getBoolean("its_turn"), row.getShort("step"), row.getString("exhausted"));
                    }
                    return new State(true, true, null, null);
                });
    }

    /** Works on a step, with several workers, until none of its parts is left to claim. */
    private Uni<Progress> work(Run run, short step) {
        return Multi.createFrom()
                .range(0, config.workers())
                .onItem()
                .transformToUni(worker -> Multi.createBy()
                        .repeating()
                        .uni(() -> parts.claim(run, step))
                        .whilst(Boolean::booleanValue)
                        .collect()
                        .with(Collectors.counting()))
                .merge(config.workers())
                .collect()
                .with(Collectors.summingLong(claims -> claims - 1))
                .chain(done -> done > 0 ? Uni.createFrom().item(Progress.GOING_ON) : othersAreWorking());
    }

    private static Uni<Progress> othersAreWorking() {
        return Uni.createFrom().item(Progress.GOING_ON).onItem().delayIt().by(OTHERS_ARE_WORKING);
    }

    /** Ends the run, once: whoever comes second finds it ended. */
    private Uni<Progress> finish(Run run, Function<SqlConnection, Uni<Progress>> ending) {
        return database.transaction(
                run.organizationId(),
                connection -> connection
                        .preparedQuery("""
                        select from runs
                        where organization_id = $1 and id = $2 and status = 'running'
                        for update""")
                        .execute(Tuple.of(run.organizationId(), run.id()))
                        .chain(rows ->
                                rows.size() == 0 ? Uni.createFrom().item(Progress.ENDED) : ending.apply(connection)));
    }

    private Uni<Progress> complete(SqlConnection connection, Run run) {
        return parts.results(connection, run)
                .chain(results -> kinds.get(run.kind())
                        .totals(
                                connection,
                                RunPart.whole(
                                        run.organizationId(),
                                        run.id(),
                                        run.asOf().atOffset(ZoneOffset.UTC),
                                        run.parametersOrNone(),
                                        results)))
                .chain(totals -> end(connection, run, "completed", totals, null));
    }

    private Uni<Progress> end(SqlConnection connection, Run run, String status, JsonObject totals, String failure) {
        return connection
                .preparedQuery("""
                        update runs set status = $3, totals = $4, failure = $5, finished_at = $6
                        where organization_id = $1 and id = $2""")
                .execute(Tuple.from(Arrays.asList(run.organizationId(), run.id(), status, totals, failure, now())))
                .invoke(() -> meters.timer("perennial.runs", "kind", run.kind(), "status", status)
                        .record(Duration.between(run.startedAt(), clock.instant())))
                .replaceWith(Progress.ENDED);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
