package io.perennial.recovery.cases;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

import io.perennial.tenant.TenantDatabase;

/**
 * Does what is due with cases: assesses those that are new or were triggered again, and gives up those whose time is over. Any
 * replica may: a case is done by whoever gets the lock of its row first, and is not due any more for the others.
 */
@ApplicationScoped
class CaseDriver {

    private static final Logger LOG = Logger.getLogger(CaseDriver.class);

    /** Cases that are listed at once. */
    private static final int PORTION = 200;

    /** Cases that are worked on at once: few, for somebody else waits for an answer meanwhile. */
    private static final int AT_ONCE = 2;

    /**
     * Planning what is read of one customer takes longer than reading it, so plans may be kept. What is lost when the database
     * stops is done again, so nobody waits for the disk.
     */
    private static final String SMALL_WORK = "set local plan_cache_mode = auto; set local synchronous_commit = off; ";

    /** When a case is assessed again that could not be. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final TenantDatabase database;
    private final CaseRows rows;
    private final Cases cases;
    private final Clock clock;

    CaseDriver(TenantDatabase database, CaseRows rows, Cases cases, Clock clock) {
        this.database = database;
        this.rows = rows;
        this.cases = cases;
        this.clock = clock;
    }

    /** A case with which something is due. */
    private record Due(UUID organization, UUID caseId) {

        static Due of(Row row) {
            return new Due(row.getUUID("organization_id"), row.getUUID("case_id"));
        }
    }

    @Scheduled(
            every = "{perennial.recovery.cases.check-every}",
            delayed = "5s",
            identity = "look-after-recovery-cases",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return assessDue()
                .chain(this::endDue)
                .onFailure()
                .invoke(e -> LOG.warnf("Recovery cases could not be looked after: %s", e.getMessage()))
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }

    /** Assesses what is due, the most urgent first. Yields how many cases this replica assessed. */
    Uni<Integer> assessDue() {
        return all(
                "assess_at <= $1 order by priority, assess_at",
                "c.assess_at <= $3 and c.status in ('pending', 'active')",
                cases::assess);
    }

    /** Gives up the cases whose time is over. Yields how many this replica gave up. */
    Uni<Integer> endDue() {
        return all(
                "ends_at <= $1 and status = 'active' order by ends_at",
                "c.ends_at <= $3 and c.status = 'active'",
                (transaction, due) -> cases.lose(transaction, due, LostBecause.EXHAUSTED, new JsonObject(), null));
    }

    /**
     * Does something with every case that is due.
     *
     * @param which of all organizations, at {@code $1}
     * @param still whether a case {@code c} is, at {@code $3}, once it is locked
     */
    private Uni<Integer> all(
            String which, String still, BiFunction<SqlConnection, RecoveryCase, Uni<RecoveryCase>> work) {
        return Uni.createFrom()
                .deferred(() -> database.queryInstance(
                                "select organization_id, case_id from recovery_cases where %s limit %d"
                                        .formatted(which, PORTION),
                                io.vertx.sqlclient.Tuple.of(now()))
                        .chain(due -> each(
                                StreamSupport.stream(due.spliterator(), false)
                                        .map(Due::of)
                                        .toList(),
                                still,
                                work)))
                .repeat()
                .whilst(done -> done == PORTION)
                .collect()
                .in(() -> new int[1], (sum, done) -> sum[0] += done)
                .map(sum -> sum[0]);
    }

    private Uni<Integer> each(
            List<Due> due, String still, BiFunction<SqlConnection, RecoveryCase, Uni<RecoveryCase>> work) {
        return Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUni(one -> claimAndDo(one, still, work))
                .merge(AT_ONCE)
                .filter(Boolean::booleanValue)
                .collect()
                .asList()
                .map(List::size);
    }

    private Uni<Boolean> claimAndDo(
            Due due, String still, BiFunction<SqlConnection, RecoveryCase, Uni<RecoveryCase>> work) {
        return database.transaction(
                        due.organization(),
                        transaction -> transaction
                                .query(SMALL_WORK + TenantDatabase.shareWithoutErasure(due.organization()))
                                .execute()
                                .chain(() -> claim(transaction, due, still))
                                .chain(claimed -> claimed.isEmpty()
                                        ? Uni.createFrom().item(false)
                                        : work.apply(transaction, claimed.get(0))
                                                .replaceWith(true)))
                .onFailure(Cases::isDeadlock)
                .retry()
                .atMost(3)
                .onFailure()
                .invoke(e -> LOG.warnf(e, "Recovery case %s of %s", due.caseId(), due.organization()))
                .onFailure()
                .recoverWithUni(e -> postpone(due));
    }

    private Uni<List<RecoveryCase>> claim(SqlConnection transaction, Due due, String still) {
        return transaction
                .preparedQuery("""
                        select %s
                        from recovery_cases c
                        where c.organization_id = $1 and c.case_id = $2 and %s
                        for update of c skip locked""".formatted(CaseRows.COLUMNS, still))
                .execute(Tuple.of(due.organization(), due.caseId(), now()))
                .map(rows::all);
    }

    /** What cannot be done now must not keep the others waiting. */
    private Uni<Boolean> postpone(Due due) {
        return database.query(
                        due.organization(),
                        """
                        update recovery_cases
                        set assess_at = case when assess_at <= $3 then $4 else assess_at end,
                            ends_at = case when ends_at <= $3 then $4 else ends_at end
                        where organization_id = $1 and case_id = $2""",
                        io.vertx.sqlclient.Tuple.of(
                                due.organization(),
                                due.caseId(),
                                now(),
                                Cases.time(clock.instant().plus(PAUSE))))
                .replaceWith(false)
                .onFailure()
                .recoverWithItem(false);
    }

    private OffsetDateTime now() {
        return Cases.time(clock.instant());
    }
}
