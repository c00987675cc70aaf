package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Page;
import io.perennial.recovery.cases.Approvals.Approval;
import io.perennial.recovery.risk.RecoveryRiskLevel;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Lists cases, what happened to them, and what operators are asked. */
@ApplicationScoped
class CaseLists {

    private final TenantDatabase database;
    private final CaseRows rows;

    CaseLists(TenantDatabase database, CaseRows rows) {
        this.database = database;
        this.rows = rows;
    }

    /** Which cases; null for all. */
    record Filter(CaseStatus status, RecoveryRiskLevel level, CaseTrigger trigger, String customer) {}

    /** Something that happened to a case. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CaseEvent(
            UUID id,
            UUID caseId,
            Instant happenedAt,

            @Schema(
                    description =
                            "Such as created, activated, triggered_again, escalated, approval_requested, approved,"
                                    + " rejected, response_late, contacted, message_sent, recovered, lost",
                    examples = "triggered_again")
            String kind,

            @Schema(
                    description = "The API key of whoever did it; absent when the service did",
                    examples = "b7a4e3c2-51d0-4f6b-8e21-9c0d7a6f5e43")
            String actor,

            @Schema(examples = "{\"trigger_type\": \"payment_failed\", \"attempt_count\": 3}")
            Map<String, Object> detail) {

        static CaseEvent of(Row row) {
            return new CaseEvent(
                    row.getUUID("event_id"),
                    row.getUUID("case_id"),
                    CaseRows.instant(row, "happened_at"),
                    row.getString("kind"),
                    row.getString("actor"),
                    ((JsonObject) row.getValue("detail")).getMap());
        }
    }

    /** Cases, the latest first. That they are of a customer is written out, so that those few are found by their key. */
    Uni<Page<RecoveryCase>> cases(UUID organization, Filter filter, UUID after, int limit) {
        var customer = filter.customer() == null
                ? new UUID[1]
                : CustomerReference.of(organization, filter.customer()).candidates();
        return database.query(
                        organization,
                        """
                        select %s
                        from recovery_cases c
                        where c.organization_id = $1
                            and ($2::text is null or c.status = $2)
                            and ($3::text is null or c.risk_level = $3)
                            and ($4::text is null or c.trigger_type = $4)
                            and ($5::uuid is null or c.customer_id in ($5, $6)) %s
                            and ($7::uuid is null or (c.created_at, c.case_id) < (
                                select created_at, case_id from recovery_cases
                                where organization_id = $1 and case_id = $7))
                        order by c.created_at desc, c.case_id desc
                        limit $8""".formatted(
                                CaseRows.COLUMNS, filter.customer() == null ? "" : "and c.customer_id in ($5, $6)"),
                        Tuple.from(Arrays.asList(
                                organization,
                                filter.status() == null ? null : filter.status().label(),
                                filter.level() == null ? null : filter.level().label(),
                                filter.trigger() == null
                                        ? null
                                        : filter.trigger().label(),
                                customer[0],
                                customer[customer.length - 1],
                                after,
                                limit + 1)))
                .map(found -> Page.of(
                        StreamSupport.stream(found.spliterator(), false)
                                .map(row -> rows.of(Row.newInstance(row)).withoutRisk())
                                .toList(),
                        limit,
                        listed -> listed.id().toString()));
    }

    /** A case with the factors of its risk. */
    Uni<RecoveryCase> one(UUID organization, UUID caseId) {
        return database.query(
                        organization,
                        "select %s from recovery_cases c where c.organization_id = $1 and c.case_id = $2"
                                .formatted(CaseRows.COLUMNS),
                        Tuple.of(organization, caseId))
                .map(found -> {
                    for (var row : found) {
                        return rows.of(Row.newInstance(row));
                    }
                    throw Cases.unknown(caseId);
                });
    }

    /** What happened to a case, in its order. */
    Uni<Page<CaseEvent>> events(UUID organization, UUID caseId, UUID after, int limit) {
        return one(organization, caseId)
                .chain(known -> database.query(
                        organization,
                        """
                        select event_id, case_id, happened_at, kind, actor, detail
                        from recovery_case_events
                        where organization_id = $1 and customer_id = $2 and case_id = $3
                            and ($4::uuid is null or (happened_at, event_id) > (
                                select happened_at, event_id from recovery_case_events
                                where organization_id = $1 and customer_id = $2 and case_id = $3 and event_id = $4))
                        order by happened_at, event_id
                        limit $5""",
                        Tuple.from(Arrays.asList(organization, known.customerId(), caseId, after, limit + 1))))
                .map(found -> Page.of(
                        StreamSupport.stream(found.spliterator(), false)
                                .map(row -> CaseEvent.of(Row.newInstance(row)))
                                .toList(),
                        limit,
                        event -> event.id().toString()));
    }

    /** What operators are asked, the latest first. */
    Uni<Page<Approval>> approvals(UUID organization, ApprovalStatus status, UUID after, int limit) {
        return database.query(
                        organization,
                        """
                        select %s
                        from recovery_approvals a
                        where a.organization_id = $1
                            and ($2::text is null or a.status = $2)
                            and ($3::uuid is null or (a.requested_at, a.approval_id) < (
                                select requested_at, approval_id from recovery_approvals
                                where organization_id = $1 and approval_id = $3))
                        order by a.requested_at desc, a.approval_id desc
                        limit $4""".formatted(Approvals.COLUMNS),
                        Tuple.from(
                                Arrays.asList(organization, status == null ? null : status.label(), after, limit + 1)))
                .map(found -> {
                    List<Approval> approvals = StreamSupport.stream(found.spliterator(), false)
                            .map(row -> Approval.of(Row.newInstance(row)))
                            .toList();
                    return Page.of(approvals, limit, approval -> approval.id().toString());
                });
    }
}
