package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.tenant.CustomerId;

/** Keeps what operators are asked, each thing once, and what they said. */
final class Approvals {

    static final String COLUMNS = """
            a.approval_id, a.case_id, a.customer_id, a.organization_id, a.subject, a.step, a.cost, a.status, a.requested_at,
            a.decided_at, a.decided_by, a.comment""";

    private Approvals() {}

    /** Something that an operator is asked. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Approval(
            UUID id,
            UUID caseId,
            UUID customerId,
            UUID organizationId,

            @Schema(
                    type = SchemaType.STRING,
                    description = "Whether something is done about the case at all, or what a step offers",
                    examples = "incentive",
                    enumeration = {"case", "incentive"})
            ApprovalSubject subject,

            @Schema(description = "The step that waits; absent when it is about the case", examples = "3")
            Integer step,

            @Schema(
                    description =
                            "What the offers cost at most, in the organization's currency; absent when it is about the"
                                    + " case",
                    examples = "640.00")
            BigDecimal cost,

            @Schema(
                    type = SchemaType.STRING,
                    description = "Obsolete: the case ended before anybody answered",
                    examples = "waiting",
                    enumeration = {"waiting", "approved", "rejected", "obsolete"})
            ApprovalStatus status,

            Instant requestedAt,
            Instant decidedAt,

            @Schema(description = "The API key of whoever answered", examples = "b7a4e3c2-51d0-4f6b-8e21-9c0d7a6f5e43")
            String decidedBy,

            @Schema(examples = "Has been with us since the beginning")
            String comment) {

        static Approval of(Row row) {
            return new Approval(
                    row.getUUID("approval_id"),
                    row.getUUID("case_id"),
                    row.getUUID("customer_id"),
                    row.getUUID("organization_id"),
                    ApprovalSubject.of(row.getString("subject")),
                    row.getInteger("step"),
                    Amounts.plain(row.getBigDecimal("cost")),
                    ApprovalStatus.of(row.getString("status")),
                    CaseRows.instant(row, "requested_at"),
                    CaseRows.instant(row, "decided_at"),
                    row.getString("decided_by"),
                    row.getString("comment"));
        }
    }

    /** A question and whether it was not asked before. */
    record Question(UUID id, boolean isNew) {}

    /** What is asked about a step, or about the case where that is null, has always the same id. */
    static UUID idOf(UUID caseId, Integer step) {
        return CustomerId.derive(caseId, step == null ? "approval" : "approval of step " + step);
    }

    /**
     * Asks, unless that was asked before.
     *
     * @param step null for the case as a whole
     */
    static Uni<Question> ask(
            SqlConnection transaction, RecoveryCase recoveryCase, Integer step, BigDecimal cost, Instant now) {
        var id = idOf(recoveryCase.id(), step);
        return transaction
                .preparedQuery("""
                        insert into recovery_approvals (organization_id, customer_id, case_id, approval_id, subject, step, cost,
                            status, requested_at)
                        values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)
                        on conflict do nothing""")
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.from(Arrays.asList(
                        recoveryCase.organizationId(),
                        recoveryCase.customerId(),
                        recoveryCase.id(),
                        id,
                        (step == null ? ApprovalSubject.CASE : ApprovalSubject.INCENTIVE).label(),
                        step,
                        cost,
                        Cases.time(now)))))
                .map(inserted -> new Question(id, inserted.rowCount() == 1));
    }

    static Uni<Optional<ApprovalStatus>> statusOf(SqlConnection connection, RecoveryCase recoveryCase, int step) {
        return connection
                .preparedQuery("""
                        select status from recovery_approvals
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and approval_id = $4""")
                .execute(Tuple.of(
                        recoveryCase.organizationId(),
                        recoveryCase.customerId(),
                        recoveryCase.id(),
                        idOf(recoveryCase.id(), step)))
                .map(rows -> {
                    for (var row : rows) {
                        return Optional.of(ApprovalStatus.of(row.getString("status")));
                    }
                    return Optional.<ApprovalStatus>empty();
                });
    }

    /** Nobody has to answer any more. */
    static Uni<Void> obsolete(SqlConnection transaction, RecoveryCase recoveryCase, Instant now) {
        return transaction
                .preparedQuery("""
                        update recovery_approvals set status = 'obsolete', decided_at = $4
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status = 'waiting'""")
                .execute(Tuple.of(
                        recoveryCase.organizationId(), recoveryCase.customerId(), recoveryCase.id(), Cases.time(now)))
                .replaceWithVoid();
    }
}
