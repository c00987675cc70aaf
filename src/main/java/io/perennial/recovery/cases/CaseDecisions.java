package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.cases.Approvals.Approval;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** What people decide about cases: that one begins, that they were in touch, how it ended, and what may be offered. */
@ApplicationScoped
class CaseDecisions {

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final OpenCases openCases;
    private final Cases cases;
    private final Clock clock;

    CaseDecisions(TenantDatabase database, Idempotency idempotency, OpenCases openCases, Cases cases, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.openCases = openCases;
        this.cases = cases;
        this.clock = clock;
    }

    /** Who asks for something, and by which key it is asked once; the key may be null. */
    record Asked(String actor, String idempotencyKey) {}

    /** What somebody says about a case. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Remark(
            @Size(max = 1000) @Schema(examples = "Called, and will pay on Friday")
            String comment) {

        JsonObject detail() {
            return comment == null ? new JsonObject() : new JsonObject().put("comment", comment);
        }
    }

    /** What somebody says about a customer who stays. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Recovery(
            @DecimalMin("0")
            @Digits(integer = 15, fraction = 4)
            @Schema(
                    description =
                            "What the customer has paid, in the currency of the case; what was at stake unless given",
                    examples = "49.00")
            BigDecimal revenue,

            @Size(max = 1000) @Schema(examples = "Paid by bank transfer")
            String comment) {}

    static ProblemException unknown(UUID approvalId) {
        return ProblemType.UNKNOWN_APPROVAL.problem("No approval %s in this organization", approvalId);
    }

    /** Begins a case; if the customer has one that is open, what is told is a part of that. It is assessed at once. */
    Uni<RecoveryCase> begin(CustomerReference customer, NewRecoveryCase given, Asked asked) {
        return once(
                customer.organization(),
                asked,
                "POST recovery/cases %s".formatted(given),
                RecoveryCase.class,
                transaction -> lock(transaction, customer)
                        .chain(id -> trigger(transaction, customer.organization(), id, given)
                                .chain(trigger -> begin(transaction, customer.organization(), trigger, asked))));
    }

    private static Uni<UUID> lock(SqlConnection transaction, CustomerReference customer) {
        return transaction
                .preparedQuery("""
                        select customer_id from customers
                        where organization_id = $1 and customer_id in ($2, $3)
                        for no key update""")
                .execute(Tuple.newInstance(customer.parameters()))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getUUID("customer_id");
                    }
                    throw customer.unknown();
                });
    }

    private Uni<NewTrigger> trigger(
            SqlConnection transaction, UUID organization, UUID customer, NewRecoveryCase given) {
        var isFailure = given.triggerType() == CaseTrigger.PAYMENT_FAILED;
        return (isFailure || given.failureId() != null
                        ? failure(transaction, organization, customer, given.failureId())
                        : Uni.createFrom().<Row>nullItem())
                .map(failure -> trigger(customer, given, failure));
    }

    private NewTrigger trigger(UUID customer, NewRecoveryCase given, Row failure) {
        var least = given.triggerType().atLeast();
        var takesAmount = failure != null && given.amount() == null;
        return new NewTrigger(
                customer,
                "by hand " + UUID.randomUUID(),
                given.triggerType(),
                clock.instant(),
                takesAmount ? failure.getBigDecimal("amount") : given.amount(),
                takesAmount ? failure.getString("currency") : given.currency(),
                given.reason() == null && failure != null ? failure.getString("reason") : given.reason(),
                failure == null ? null : failure.getUUID("failure_id"),
                failure == null ? null : failure.getString("payment_id"),
                given.subscriptionId() == null && failure != null
                        ? failure.getString("subscription_id")
                        : given.subscriptionId(),
                failure == null ? null : failure.getInteger("attempt_count"),
                given.riskLevel() == null ? least : given.riskLevel().atLeast(least),
                false);
    }

    private static Uni<Row> failure(SqlConnection transaction, UUID organization, UUID customer, UUID failureId) {
        return transaction
                .preparedQuery("""
                        select failure_id, payment_id, subscription_id, amount, currency, reason, attempt_count
                        from payment_failures
                        where organization_id = $1 and customer_id = $2
                            and case when $3::uuid is null then status = 'open' else failure_id = $3 end
                        order by last_failed_at desc
                        limit 1""")
                .execute(Tuple.newInstance(
                        io.vertx.sqlclient.Tuple.from(Arrays.asList(organization, customer, failureId))))
                .map(rows -> {
                    for (var row : rows) {
                        return row;
                    }
                    if (failureId != null) {
                        throw ProblemType.INVALID_REQUEST.problem(
                                "failure_id is not that of a payment of this customer that has failed");
                    }
                    return null;
                });
    }

    /** Where nothing begins, another transaction has begun a case in this moment, which is found when it is looked again. */
    private Uni<RecoveryCase> begin(SqlConnection transaction, UUID organization, NewTrigger trigger, Asked asked) {
        return openCases
                .of(transaction, organization, List.of(trigger.customer()))
                .chain(open -> open.isEmpty()
                        ? openCases
                                .begin(transaction, organization, List.of(trigger), asked.actor())
                                .chain(begun -> begun.isEmpty()
                                        ? begin(transaction, organization, trigger, asked)
                                        : assess(transaction, begun.get(trigger.customer())))
                        : cases.again(transaction, open.get(trigger.customer()), trigger, asked.actor())
                                .chain(again -> assess(transaction, again)));
    }

    private Uni<RecoveryCase> assess(SqlConnection transaction, RecoveryCase open) {
        return open.approval() == CaseApproval.WAITING ? Uni.createFrom().item(open) : cases.assess(transaction, open);
    }

    /** Notes that somebody was in touch with the customer. */
    Uni<RecoveryCase> contacted(UUID organization, UUID caseId, Remark remark, Asked asked) {
        return decide(organization, caseId, "contacted", remark, asked, (transaction, open) -> {
            if (!open.status().isOpen()) {
                throw ProblemType.CASE_STATUS.problem(
                        "A case that is %s is not worked on", open.status().label());
            }
            return cases.update(
                            transaction,
                            open,
                            "first_contact_at = coalesce(c.first_contact_at, $4)",
                            Cases.time(clock.instant()))
                    .call(changed -> cases.note(transaction, changed, "contacted", remark.detail(), asked.actor()));
        });
    }

    /** Ends a case because the customer stays, as somebody says. */
    Uni<RecoveryCase> recovered(UUID organization, UUID caseId, Recovery recovery, Asked asked) {
        return decide(
                organization,
                caseId,
                "recover",
                recovery,
                asked,
                (transaction, open) -> cases.recover(
                        transaction,
                        open,
                        RecoveredBy.BY_HAND,
                        recovery.revenue() == null ? open.triggerEvent().amount() : recovery.revenue(),
                        new Remark(recovery.comment()).detail(),
                        asked.actor()));
    }

    /** Gives a case up, as somebody says. */
    Uni<RecoveryCase> close(UUID organization, UUID caseId, Remark remark, Asked asked) {
        return decide(
                organization,
                caseId,
                "close",
                remark,
                asked,
                (transaction, open) ->
                        cases.lose(transaction, open, LostBecause.BY_HAND, remark.detail(), asked.actor()));
    }

    private Uni<RecoveryCase> decide(
            UUID organization,
            UUID caseId,
            String what,
            Object body,
            Asked asked,
            BiFunction<SqlConnection, RecoveryCase, Uni<RecoveryCase>> work) {
        return once(
                organization,
                asked,
                "POST recovery/cases %s %s %s".formatted(caseId, what, body),
                RecoveryCase.class,
                transaction ->
                        cases.locked(transaction, organization, caseId).chain(open -> work.apply(transaction, open)));
    }

    /** Says what an operator was asked. */
    Uni<Approval> answer(UUID organization, UUID approvalId, boolean isApproved, Remark remark, Asked asked) {
        return once(
                organization,
                asked,
                "POST recovery/approvals %s %s %s".formatted(approvalId, isApproved, remark),
                Approval.class,
                transaction -> find(transaction, organization, approvalId)
                        .chain(found -> cases.locked(transaction, organization, found.caseId()))
                        .chain(open -> store(transaction, organization, approvalId, isApproved, remark, asked)
                                .call(approval -> follow(transaction, open, approval, remark, asked))));
    }

    private static Uni<Approval> find(SqlConnection transaction, UUID organization, UUID approvalId) {
        return transaction
                .preparedQuery("""
                        select %s
                        from recovery_approvals a
                        where a.organization_id = $1 and a.approval_id = $2""".formatted(Approvals.COLUMNS))
                .execute(Tuple.of(organization, approvalId))
                .map(rows -> {
                    for (var row : rows) {
                        return Approval.of(row);
                    }
                    throw unknown(approvalId);
                });
    }

    private Uni<Approval> store(
            SqlConnection transaction,
            UUID organization,
            UUID approvalId,
            boolean isApproved,
            Remark remark,
            Asked asked) {
        return transaction
                .preparedQuery("""
                        update recovery_approvals a
                        set status = $3, decided_at = $4, decided_by = $5, comment = $6
                        where a.organization_id = $1 and a.approval_id = $2 and a.status = 'waiting'
                        returning %s""".formatted(Approvals.COLUMNS))
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.from(Arrays.asList(
                        organization,
                        approvalId,
                        (isApproved ? ApprovalStatus.APPROVED : ApprovalStatus.REJECTED).label(),
                        Cases.time(clock.instant()),
                        asked.actor(),
                        remark.comment()))))
                .map(rows -> {
                    for (var row : rows) {
                        return Approval.of(row);
                    }
                    throw ProblemType.CONFLICT.problem("Approval %s was decided before", approvalId);
                });
    }

    private Uni<Void> follow(
            SqlConnection transaction, RecoveryCase open, Approval approval, Remark remark, Asked asked) {
        var isApproved = approval.status() == ApprovalStatus.APPROVED;
        var detail = remark.detail().put("subject", approval.subject().label());
        var noted = cases.note(
                transaction,
                open,
                isApproved ? "approved" : "rejected",
                approval.step() == null ? detail : detail.put("step", approval.step()),
                asked.actor());
        if (approval.subject() == ApprovalSubject.INCENTIVE) {
            return noted.chain(() -> cases.tellDecision(transaction, open, approval.step(), isApproved));
        }
        return noted.chain(() -> cases.update(
                        transaction,
                        open,
                        "approval = $4",
                        (isApproved ? CaseApproval.APPROVED : CaseApproval.REJECTED).label()))
                .chain(decided -> isApproved
                        ? cases.activate(transaction, decided)
                        : cases.lose(transaction, decided, LostBecause.REJECTED, remark.detail(), asked.actor()))
                .replaceWithVoid();
    }

    private <T> Uni<T> once(
            UUID organization, Asked asked, String request, Class<T> type, Function<SqlConnection, Uni<T>> work) {
        return database.<T>transaction(
                        organization,
                        transaction -> transaction
                                .query(TenantDatabase.shareWithoutErasure(organization))
                                .execute()
                                .chain(() -> idempotency.once(
                                        transaction,
                                        organization,
                                        asked.idempotencyKey(),
                                        request,
                                        type,
                                        () -> work.apply(transaction))))
                .onFailure(Cases::isDeadlock)
                .retry()
                .atMost(3);
    }
}
