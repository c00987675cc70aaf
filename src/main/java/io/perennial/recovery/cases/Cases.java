package io.perennial.recovery.cases;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.perennial.platform.Amounts;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.billing.Settings;
import io.perennial.recovery.cases.Assessments.Assessment;
import io.perennial.recovery.incentive.RetentionOffers;
import io.perennial.recovery.risk.RecoveryRiskLevel;
import io.perennial.recovery.risk.RecoveryStrategy;

/**
 * Takes cases from one status to the next, and tells whoever acts on it. Whatever changes a case holds the lock of its row, so
 * that of what happens at once one comes after the other and sees it.
 */
@ApplicationScoped
public class Cases {

    /** How long a customer has after the last step. */
    static final Duration LAST_WAIT = Duration.ofDays(7);

    private static final String DEADLOCK = "40P01";

    private final CaseRows rows;
    private final Assessments assessments;
    private final RetentionOffers offers;
    private final Settings settings;
    private final Clock clock;
    private final List<CaseListener> listeners;

    Cases(
            CaseRows rows,
            Assessments assessments,
            RetentionOffers offers,
            Settings settings,
            Clock clock,
            @All List<CaseListener> listeners) {
        this.rows = rows;
        this.assessments = assessments;
        this.offers = offers;
        this.settings = settings;
        this.clock = clock;
        this.listeners = listeners;
    }

    /** A case as it is; fails with {@link ProblemType#UNKNOWN_CASE}. */
    public Uni<RecoveryCase> find(SqlConnection connection, UUID organization, UUID caseId) {
        return find(connection, organization, caseId, "");
    }

    /** A case that nobody else changes until the transaction ends; fails with {@link ProblemType#UNKNOWN_CASE}. */
    public Uni<RecoveryCase> locked(SqlConnection transaction, UUID organization, UUID caseId) {
        return find(transaction, organization, caseId, "for update of c");
    }

    private Uni<RecoveryCase> find(SqlConnection connection, UUID organization, UUID caseId, String lock) {
        return connection
                .preparedQuery("""
                        select %s
                        from recovery_cases c
                        where c.organization_id = $1 and c.case_id = $2
                        %s""".formatted(CaseRows.COLUMNS, lock))
                .execute(Tuple.of(organization, caseId))
                .map(found -> rows.all(found).stream().findFirst().orElseThrow(() -> unknown(caseId)));
    }

    static ProblemException unknown(UUID caseId) {
        return ProblemType.UNKNOWN_CASE.problem("No recovery case %s in this organization", caseId);
    }

    /** How an organization wants cases to be handled. */
    public Uni<CaseSettings> settings(SqlConnection connection, UUID organization) {
        return settings.of(connection, organization, CaseSettings.TOPIC, CaseSettings.class, CaseSettings.DEFAULT);
    }

    /**
     * Notes something that happened to a case, for people.
     *
     * @param kind in snake case
     * @param detail without anything personal
     */
    public Uni<Void> note(SqlConnection transaction, RecoveryCase recoveryCase, String kind, JsonObject detail) {
        return note(transaction, recoveryCase, kind, detail, null);
    }

    /**
     * As {@link #note(SqlConnection, RecoveryCase, String, JsonObject)}.
     *
     * @param actor who did it; null for the service itself
     */
    Uni<Void> note(SqlConnection transaction, RecoveryCase recoveryCase, String kind, JsonObject detail, String actor) {
        return transaction
                .preparedQuery("""
                        insert into recovery_case_events (organization_id, customer_id, case_id, event_id, happened_at, kind, actor,
                            detail)
                        values ($1, $2, $3, $4, $5, $6, $7, $8)""")
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.from(Arrays.asList(
                        recoveryCase.organizationId(),
                        recoveryCase.customerId(),
                        recoveryCase.id(),
                        UUID.randomUUID(),
                        now(),
                        kind,
                        actor,
                        detail))))
                .replaceWithVoid();
    }

    /**
     * Asks an operator whether a step may offer what it would. Asked again, it is the same question.
     *
     * @param cost of the offers at most, in the currency of the organization
     * @return the id of the approval; {@link #approvalOf} says what became of it, and {@link CaseListener#decided} when
     */
    public Uni<UUID> askApproval(SqlConnection transaction, RecoveryCase recoveryCase, int step, BigDecimal cost) {
        return Approvals.ask(transaction, recoveryCase, step, cost, clock.instant())
                .call(question -> question.isNew()
                        ? note(
                                transaction,
                                recoveryCase,
                                "approval_requested",
                                new JsonObject()
                                        .put("subject", ApprovalSubject.INCENTIVE.label())
                                        .put("step", step)
                                        .put("cost", Amounts.plain(cost).toPlainString()))
                        : Uni.createFrom().voidItem())
                .map(Approvals.Question::id);
    }

    /** What became of the question about a step; empty when nobody was asked. */
    public Uni<Optional<ApprovalStatus>> approvalOf(SqlConnection connection, RecoveryCase recoveryCase, int step) {
        return Approvals.statusOf(connection, recoveryCase, step);
    }

    /**
     * Assesses a case of which that is due: a new one becomes active, unless an operator has to agree first; the level of an
     * active one may rise.
     *
     * @param recoveryCase locked and open
     */
    Uni<RecoveryCase> assess(SqlConnection transaction, RecoveryCase recoveryCase) {
        return assessments
                .of(transaction, recoveryCase.organizationId(), recoveryCase.customerId())
                .chain(assessment -> keep(transaction, recoveryCase, assessment)
                        .chain(assessed -> recoveryCase.isAssessed()
                                ? raise(transaction, assessed, assessment.risk().level())
                                : begin(transaction, assessed)));
    }

    /** The score may fall; the level does not, and of a case that is assessed already, {@link #raise} raises it. */
    private Uni<RecoveryCase> keep(SqlConnection transaction, RecoveryCase recoveryCase, Assessment assessment) {
        var level = recoveryCase.isAssessed()
                ? recoveryCase.riskLevel()
                : assessment.risk().level().atLeast(recoveryCase.riskLevel());
        var strategy = level.strategy();
        return update(
                transaction,
                recoveryCase,
                """
                risk = $4::text::jsonb, billing_segment = $5, messaging_tone = $6, total_value = $7, risk_level = $8,
                priority = $9, strategy = $10::text::jsonb, respond_by = $11, assess_at = null,
                first_segment = coalesce(first_segment, $5), first_risk_level = coalesce(first_risk_level, $8)""",
                rows.write(assessment.risk()),
                assessment.segment().segment().label(),
                assessment.segment().segmentConfig().messagingTone().value(),
                assessment.totalValue(),
                level.label(),
                (short) strategy.priority(),
                rows.write(strategy),
                recoveryCase.isAssessed()
                        ? time(recoveryCase.metrics().respondBy())
                        : time(respondBy(
                                recoveryCase, strategy, recoveryCase.metrics().createdAt())));
    }

    /** Nobody has to answer a customer of the hold-out. */
    private static Instant respondBy(RecoveryCase recoveryCase, RecoveryStrategy strategy, Instant from) {
        return recoveryCase.isHoldout() || strategy.responseWithinHours() == null
                ? null
                : from.plus(Duration.ofHours(strategy.responseWithinHours()));
    }

    private Uni<RecoveryCase> begin(SqlConnection transaction, RecoveryCase recoveryCase) {
        return settings(transaction, recoveryCase.organizationId())
                .chain(wanted -> !recoveryCase.isHoldout()
                                && wanted.approveCriticalCases()
                                && recoveryCase.riskLevel() == RecoveryRiskLevel.CRITICAL
                        ? await(transaction, recoveryCase)
                        : activate(transaction, recoveryCase));
    }

    private Uni<RecoveryCase> await(SqlConnection transaction, RecoveryCase recoveryCase) {
        return update(transaction, recoveryCase, "approval = $4", CaseApproval.WAITING.label())
                .call(waiting -> Approvals.ask(transaction, waiting, null, null, clock.instant()))
                .call(waiting -> note(
                        transaction,
                        waiting,
                        "approval_requested",
                        new JsonObject().put("subject", ApprovalSubject.CASE.label())));
    }

    /** Makes a pending case active. */
    Uni<RecoveryCase> activate(SqlConnection transaction, RecoveryCase recoveryCase) {
        var status = recoveryCase.status().to(CaseStatus.ACTIVE);
        var steps = recoveryCase.recoveryStrategy().timeline();
        var now = clock.instant();
        var end = now.plus(Duration.ofHours(steps.get(steps.size() - 1).afterHours()))
                .plus(LAST_WAIT);
        return update(
                        transaction,
                        recoveryCase,
                        "status = $4, activated_at = $5, ends_at = $6",
                        status.label(),
                        time(now),
                        time(end))
                .call(active -> note(
                        transaction,
                        active,
                        "activated",
                        new JsonObject().put("risk_level", active.riskLevel().label())))
                .call(active -> tell(transaction, active, CaseListener::activated));
    }

    /**
     * Takes another trigger into an open case. What the trigger asks for is done at once; whether the score asks for more is
     * found out when the case is assessed again.
     *
     * @param actor who said so; null for the service itself
     */
    Uni<RecoveryCase> again(SqlConnection transaction, RecoveryCase recoveryCase, NewTrigger trigger, String actor) {
        var isOfTheSamePayment = trigger.failureId() != null
                && trigger.failureId().equals(recoveryCase.triggerEvent().failureId());
        return note(transaction, recoveryCase, "triggered_again", trigger.detail(), actor)
                .chain(() -> update(
                        transaction, recoveryCase, """
                        attempt_count = coalesce($4, c.attempt_count),
                        assess_at = case when c.approval = 'waiting' then c.assess_at else $5 end""", isOfTheSamePayment ? trigger.attemptCount() : null, now()))
                .chain(open -> raise(transaction, open, trigger.atLeast()));
    }

    /**
     * Raises the level of an open case, and with it what is done about the case; one that is not lower stays as it is. Of a
     * case that is not assessed yet, it will be at least that.
     */
    Uni<RecoveryCase> raise(SqlConnection transaction, RecoveryCase recoveryCase, RecoveryRiskLevel level) {
        if (recoveryCase.riskLevel().atLeast(level) == recoveryCase.riskLevel()) {
            return Uni.createFrom().item(recoveryCase);
        }
        var strategy = level.strategy();
        var raised = update(
                transaction,
                recoveryCase,
                "risk_level = $4, priority = $5, strategy = $6::text::jsonb, respond_by = least(c.respond_by, $7)",
                level.label(),
                (short) strategy.priority(),
                rows.write(strategy),
                time(respondBy(recoveryCase, strategy, clock.instant())));
        return recoveryCase.isAssessed()
                ? raised.call(higher -> note(
                                transaction,
                                higher,
                                "escalated",
                                new JsonObject()
                                        .put("from", recoveryCase.riskLevel().label())
                                        .put("to", level.label())))
                        .call(higher -> tell(transaction, higher, CaseListener::escalated))
                : raised;
    }

    /**
     * Ends a case because the customer stays. Nothing more is done about it from then on.
     *
     * @param revenue in the currency of the case; null when not known
     * @param detail for people
     * @param actor null for the service itself
     * @return fails with {@link ProblemType#CASE_STATUS} when the case has ended
     */
    public Uni<RecoveryCase> recover(
            SqlConnection transaction,
            RecoveryCase recoveryCase,
            RecoveredBy by,
            BigDecimal revenue,
            JsonObject detail,
            String actor) {
        var status = recoveryCase.status().to(CaseStatus.RECOVERED);
        return assessed(transaction, recoveryCase)
                .chain(open -> update(transaction, open, """
                        status = $4, recovered_at = $5, recovered_by = $6, revenue_recovered = $7, assess_at = null,
                        alert_at = null""", status.label(), now(), by.label(), revenue))
                .call(closed ->
                        close(transaction, closed, "recovered", detail.copy().put("by", by.label()), actor));
    }

    /**
     * Ends a case because the customer is gone or given up. Nothing more is done about it from then on.
     *
     * @return fails with {@link ProblemType#CASE_STATUS} when the case has ended
     */
    Uni<RecoveryCase> lose(
            SqlConnection transaction, RecoveryCase recoveryCase, LostBecause why, JsonObject detail, String actor) {
        var status = recoveryCase.status().to(CaseStatus.LOST);
        return assessed(transaction, recoveryCase)
                .chain(open -> update(
                        transaction,
                        open,
                        "status = $4, lost_at = $5, lost_because = $6, assess_at = null, alert_at = null",
                        status.label(),
                        now(),
                        why.label()))
                .call(closed -> close(transaction, closed, "lost", detail.copy().put("because", why.label()), actor));
    }

    /** A case that ended before its turn to be assessed came is assessed when it ends. */
    private Uni<RecoveryCase> assessed(SqlConnection transaction, RecoveryCase recoveryCase) {
        return recoveryCase.isAssessed()
                ? Uni.createFrom().item(recoveryCase)
                : assessments
                        .of(transaction, recoveryCase.organizationId(), recoveryCase.customerId())
                        .chain(assessment -> keep(transaction, recoveryCase, assessment));
    }

    /** What nobody has seen, and what came too late, is no longer promised; a customer who was won by an offer keeps it. */
    private Uni<Void> close(
            SqlConnection transaction, RecoveryCase closed, String kind, JsonObject detail, String actor) {
        var keepsOffers =
                closed.status() == CaseStatus.RECOVERED && closed.metrics().firstContactAt() != null;
        return note(transaction, closed, kind, detail, actor)
                .chain(() -> Approvals.obsolete(transaction, closed, clock.instant()))
                .chain(() -> keepsOffers ? Uni.createFrom().voidItem() : release(transaction, closed))
                .chain(() -> tell(transaction, closed, CaseListener::closed));
    }

    /** Without the lock of the organization where there is nothing to take back. */
    private Uni<Void> release(SqlConnection transaction, RecoveryCase closed) {
        return transaction
                .preparedQuery("""
                        select from retention_offers
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status = 'open'
                        limit 1""")
                .execute(Tuple.of(closed.organizationId(), closed.customerId(), closed.id()))
                .chain(open -> open.size() == 0
                        ? Uni.createFrom().voidItem()
                        : offers.release(transaction, closed.organizationId(), closed.customerId(), closed.id())
                                .replaceWithVoid());
    }

    /** Tells whoever acts on cases; of a hold-out that is open only that it is one. */
    private Uni<Void> tell(SqlConnection transaction, RecoveryCase recoveryCase, Telling telling) {
        var told = Uni.createFrom().voidItem();
        if (recoveryCase.status() == CaseStatus.PENDING) {
            return told;
        }
        Telling heard = recoveryCase.status().isOpen() && recoveryCase.isHoldout() ? CaseListener::heldOut : telling;
        for (var listener : listeners) {
            told = told.chain(() -> heard.tell(listener, transaction, recoveryCase));
        }
        return told;
    }

    private interface Telling {

        Uni<Void> tell(CaseListener listener, SqlConnection transaction, RecoveryCase recoveryCase);
    }

    /** Tells what an operator said about a step. */
    Uni<Void> tellDecision(SqlConnection transaction, RecoveryCase recoveryCase, int step, boolean isApproved) {
        return tell(transaction, recoveryCase, (listener, tx, open) -> listener.decided(tx, open, step, isApproved));
    }

    /**
     * Sets columns of a case.
     *
     * @param sets with {@code $4} and what follows for the values, of {@code recovery_cases c}
     */
    Uni<RecoveryCase> update(SqlConnection transaction, RecoveryCase recoveryCase, String sets, Object... values) {
        var parameters = io.vertx.sqlclient.Tuple.of(
                recoveryCase.organizationId(), recoveryCase.customerId(), recoveryCase.id());
        for (var value : values) {
            parameters.addValue(value);
        }
        parameters.addValue(now());
        return transaction
                .preparedQuery("""
                        update recovery_cases c
                        set %s, updated_at = $%d, version = c.version + 1
                        where c.organization_id = $1 and c.customer_id = $2 and c.case_id = $3
                        returning %s""".formatted(sets, values.length + 4, CaseRows.COLUMNS))
                .execute(Tuple.newInstance(parameters))
                .map(updated -> rows.of(updated.iterator().next()));
    }

    private OffsetDateTime now() {
        return time(clock.instant());
    }

    /**
     * Whether a transaction was given up so that another could go on: whoever ends a case waits for its messages, and whoever has
     * sent one of them for the case. It can be done again.
     */
    static boolean isDeadlock(Throwable e) {
        return e instanceof PgException database && DEADLOCK.equals(database.getSqlState());
    }

    static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
