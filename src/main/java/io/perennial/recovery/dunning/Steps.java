package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.tenant.TenantDatabase;

/**
 * The steps of cases as the database has them.
 *
 * <p>Whoever changes the steps of a case has locked the row of the case before. So a step is taken once, whichever replicas
 * look for it, and a case that is closed has none that is still taken. The lock is the claim: a replica that dies gives it up
 * at that moment, with everything that it has not committed.
 */
@ApplicationScoped
class Steps {

    /** More than there are workers, who hold each other's cases. */
    private static final int LOOKED_AT = 64;

    /** Whose organizations come first when there is more to do than can be done. */
    private static final int BACKLOG = 1_000;

    private final TenantDatabase database;
    private final Clock clock;

    Steps(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** A case by its whole key. */
    record CaseKey(UUID organization, UUID customer, UUID caseId) {

        Tuple parameters() {
            return Tuple.of(organization, customer, caseId);
        }
    }

    /**
     * What keeps a step from being taken.
     *
     * @param until null when nothing does
     * @param isForOperator whether an earlier step waits for what an operator says
     */
    record Wait(Instant until, boolean isForOperator) {

        static final Wait NONE = new Wait(null, false);
    }

    /** Writes down steps, the first of which is due at the given instant; what would have been due is due now. */
    Uni<Void> plan(SqlConnection transaction, CaseKey of, int priority, Instant first, List<PlannedStep> steps) {
        if (steps.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return transaction
                .preparedQuery("""
                        insert into recovery_steps (organization_id, customer_id, case_id, step, stage, channel, after_hours,
                            status, due_at, priority)
                        values ($1, $2, $3, $4, $5, $6, $7, 'planned', $8, $9)
                        on conflict do nothing""")
                .executeBatch(steps.stream()
                        .map(step -> of.parameters()
                                .addInteger(step.step())
                                .addString(step.stage().value())
                                .addString(step.channel().value())
                                .addInteger(step.afterHours())
                                .addOffsetDateTime(later(step.dueAt(first), clock.instant()))
                                .addInteger(priority))
                        .toList())
                .replaceWithVoid();
    }

    /** Makes what is planned as urgent as the case has become. */
    Uni<Void> hurry(SqlConnection transaction, CaseKey of, int priority) {
        return transaction
                .preparedQuery("""
                        update recovery_steps set priority = $4
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status in ('planned', 'approval')""")
                .execute(of.parameters().addInteger(priority))
                .replaceWithVoid();
    }

    /** Cancels what has not been done. Yields how many steps these were. */
    Uni<Integer> cancel(SqlConnection transaction, CaseKey of, String reason) {
        return transaction
                .preparedQuery("""
                        update recovery_steps set status = 'cancelled', reason = $4, done_at = $5, leased_until = null
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status in ('planned', 'approval')""")
                .execute(of.parameters().addString(reason).addOffsetDateTime(now()))
                .map(rows -> rows.rowCount());
    }

    /** The steps of a case in their order. */
    Uni<List<Step>> of(SqlConnection connection, CaseKey of) {
        return connection
                .preparedQuery("""
                        select %s from recovery_steps
                        where organization_id = $1 and customer_id = $2 and case_id = $3
                        order by step""".formatted(Step.COLUMNS))
                .execute(of.parameters())
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(Step::of)
                        .toList());
    }

    /** The organizations with something due, those with the most urgent first. */
    Uni<List<UUID>> withDue() {
        return database.queryInstance("""
                        select organization_id
                        from (
                            select organization_id, priority, due_at
                            from recovery_steps
                            where status = 'planned' and due_at <= $1 and (leased_until is null or leased_until <= $1)
                            order by priority, due_at
                            limit $2) due
                        group by organization_id
                        order by min(priority), min(due_at)""", io.vertx.sqlclient.Tuple.of(now(), BACKLOG))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> row.getUUID(0))
                        .toList());
    }

    /** Locks the case with the most urgent due step that nobody else has locked; null when there is none. */
    Uni<CaseKey> lockNext(SqlConnection transaction, UUID organization) {
        return transaction
                .preparedQuery("""
                        with due as materialized (
                            select customer_id, case_id, priority, due_at
                            from recovery_steps
                            where organization_id = $1 and status = 'planned' and due_at <= $2
                                and (leased_until is null or leased_until <= $2)
                            order by priority, due_at
                            limit $3
                        )
                        select c.customer_id, c.case_id
                        from due
                        join recovery_cases c on c.organization_id = $1 and c.customer_id = due.customer_id
                            and c.case_id = due.case_id
                        order by due.priority, due.due_at
                        limit 1
                        for no key update of c skip locked""")
                .execute(Tuple.of(organization, now(), LOOKED_AT))
                .map(rows -> {
                    for (var row : rows) {
                        return new CaseKey(organization, row.getUUID("customer_id"), row.getUUID("case_id"));
                    }
                    return null;
                });
    }

    /** The first step of a locked case that is due now; null when somebody else has taken it before the case was locked. */
    Uni<Step> due(SqlConnection transaction, CaseKey of) {
        return transaction
                .preparedQuery("""
                        select %s from recovery_steps
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status = 'planned' and due_at <= $4
                            and (leased_until is null or leased_until <= $4)
                        order by after_hours, step
                        limit 1""".formatted(Step.COLUMNS))
                .execute(of.parameters().addOffsetDateTime(now()))
                .map(rows -> {
                    for (var row : rows) {
                        return Step.of(row);
                    }
                    return null;
                });
    }

    /**
     * When a step may be taken at the earliest: so many hours after the first mail was sent, once it was; later while an earlier
     * step is not done or its message, unless it is a task for a person, is not sent.
     *
     * @param patience how much later
     */
    Uni<Wait> notBefore(SqlConnection transaction, CaseKey of, Step step, Duration patience) {
        return transaction
                .preparedQuery("""
                        with first as (
                            select after_hours, message_id
                            from recovery_steps
                            where organization_id = $1 and customer_id = $2 and case_id = $3 and channel = 'email'
                            order by step
                            limit 1
                        )
                        select
                            (select m.sent_at + make_interval(hours => $4 - first.after_hours)
                                from first
                                join outreach_messages m on m.organization_id = $1 and m.customer_id = $2
                                    and m.message_id = first.message_id
                                where first.after_hours < $4) as counted,
                            exists (
                                select from outreach_messages m
                                where m.organization_id = $1 and m.customer_id = $2 and m.thread_id = $3
                                    and m.status = 'pending' and m.place < $5 and m.channel <> 'phone')
                            or exists (
                                select from recovery_steps s
                                where s.organization_id = $1 and s.customer_id = $2 and s.case_id = $3
                                    and s.status in ('planned', 'approval') and s.after_hours < $4) as is_waiting,
                            exists (
                                select from recovery_steps s
                                where s.organization_id = $1 and s.customer_id = $2 and s.case_id = $3
                                    and s.status = 'approval' and s.after_hours < $4) as is_for_operator""")
                .execute(of.parameters().addInteger(step.afterHours()).addInteger(PlannedStep.place(step.afterHours())))
                .map(rows -> {
                    var row = rows.iterator().next();
                    var now = clock.instant();
                    var counted = row.getOffsetDateTime("counted");
                    if (row.getBoolean("is_waiting")) {
                        return new Wait(now.plus(patience), row.getBoolean("is_for_operator"));
                    }
                    return counted == null || !counted.toInstant().isAfter(now)
                            ? Wait.NONE
                            : new Wait(counted.toInstant(), false);
                });
    }

    /** Puts a step off. */
    Uni<Void> postpone(SqlConnection transaction, CaseKey of, Step step, Instant until) {
        return transaction
                .preparedQuery("""
                        update recovery_steps set due_at = $5, leased_until = null
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and step = $4""")
                .execute(of.parameters().addInteger(step.step()).addOffsetDateTime(until.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** Keeps the distance of later steps to one that is taken much later than it was due. */
    Uni<Void> keepDistance(SqlConnection transaction, CaseKey of, int afterHours, Instant at) {
        return transaction
                .preparedQuery("""
                        update recovery_steps
                        set due_at = greatest(due_at, $5::timestamptz + make_interval(hours => after_hours - $4))
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and after_hours > $4
                            and status in ('planned', 'approval')""")
                .execute(of.parameters().addInteger(afterHours).addOffsetDateTime(at.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** Lets a step be taken now that an operator has answered. */
    Uni<Void> resume(SqlConnection transaction, CaseKey of, int step) {
        return transaction
                .preparedQuery("""
                        update recovery_steps set status = 'planned', due_at = $5, leased_until = null
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and step = $4 and status = 'approval'""")
                .execute(of.parameters().addInteger(step).addOffsetDateTime(now()))
                .replaceWithVoid();
    }

    /** Sets when a case is given up: so many days after the last of its steps. */
    Uni<Void> end(SqlConnection transaction, CaseKey of, int daysAfterLast) {
        return transaction
                .preparedQuery("""
                        update recovery_cases c
                        set ends_at = s.last_due_at + make_interval(days => $4)
                        from (
                            select max(due_at) as last_due_at
                            from recovery_steps
                            where organization_id = $1 and customer_id = $2 and case_id = $3) s
                        where c.organization_id = $1 and c.customer_id = $2 and c.case_id = $3 and c.status = 'active'
                            and s.last_due_at is not null""")
                .execute(of.parameters().addInteger(daysAfterLast))
                .replaceWithVoid();
    }

    /** Sets when a case without steps is given up. */
    Uni<Void> endAt(SqlConnection transaction, CaseKey of, Instant end) {
        return transaction
                .preparedQuery("""
                        update recovery_cases set ends_at = $4
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status = 'active'""")
                .execute(of.parameters().addOffsetDateTime(end.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** Says what has become of a step. */
    Uni<Void> finish(SqlConnection transaction, CaseKey of, Step step, String status, String reason, UUID message) {
        return transaction
                .preparedQuery("""
                        update recovery_steps
                        set status = $5, reason = $6, message_id = $7, done_at = case when $5 = 'approval' then null else $8::timestamptz end,
                            leased_until = null
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and step = $4""")
                .execute(Tuple.from(Arrays.asList(
                        of.organization(), of.customer(), of.caseId(), step.step(), status, reason, message, now())))
                .replaceWithVoid();
    }

    /** Gives a step up that could not be taken. */
    Uni<Void> skip(SqlConnection transaction, CaseKey of, int step, String reason) {
        return transaction
                .preparedQuery("""
                        update recovery_steps set status = 'skipped', reason = $5, done_at = $6, leased_until = null
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and step = $4""")
                .execute(of.parameters().addInteger(step).addString(reason).addOffsetDateTime(now()))
                .replaceWithVoid();
    }

    /** Counts an attempt that failed, and leaves the step alone for a while. Yields how many there were. */
    Uni<Integer> pause(SqlConnection transaction, CaseKey of, int step, Duration first, Duration longest) {
        return transaction
                .preparedQuery("""
                        update recovery_steps
                        set attempts = attempts + 1,
                            leased_until = $5::timestamptz + least(make_interval(secs => $6 * power(2, least(attempts, 20))),
                                make_interval(secs => $7))
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and step = $4 and status = 'planned'
                        returning attempts""")
                .execute(of.parameters()
                        .addInteger(step)
                        .addOffsetDateTime(now())
                        .addDouble((double) first.toSeconds())
                        .addDouble((double) longest.toSeconds()))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getInteger(0);
                    }
                    return 0;
                });
    }

    private static OffsetDateTime later(Instant one, Instant other) {
        return (one.isAfter(other) ? one : other).atOffset(ZoneOffset.UTC);
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
