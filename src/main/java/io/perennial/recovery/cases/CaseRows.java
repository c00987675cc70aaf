package io.perennial.recovery.cases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.StreamSupport;

import io.perennial.outreach.template.Tone;
import io.perennial.platform.Amounts;
import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.risk.RecoveryRisk;
import io.perennial.recovery.risk.RecoveryRiskLevel;
import io.perennial.recovery.risk.RecoveryStrategy;

/** Reads cases from rows, and writes the documents that are kept with them. */
@ApplicationScoped
class CaseRows {

    /** What {@link #of} needs selected of {@code recovery_cases c}. */
    static final String COLUMNS = """
            c.organization_id, c.customer_id, c.case_id, c.status, c.risk_level, c.risk::text as risk, c.trigger_type,
            c.triggered_at, c.amount, c.currency, c.reason, c.failure_id, c.payment_id, c.subscription_id, c.attempt_count,
            c.billing_segment, c.messaging_tone, c.strategy::text as strategy, c.total_value, c.is_holdout, c.approval,
            c.created_at, c.activated_at, c.respond_by, c.response_late_at, c.first_contact_at, c.ends_at, c.recovered_at,
            c.recovered_by, c.revenue_recovered, c.lost_at, c.lost_because, c.updated_at, c.version,
            (select coalesce(sum(o.cost), 0)
                from retention_offers o
                where o.organization_id = c.organization_id and o.customer_id = c.customer_id and o.case_id = c.case_id
                    and o.status = 'redeemed') as incentive_cost""";

    private final ObjectMapper json;

    CaseRows(ObjectMapper json) {
        this.json = json;
    }

    List<RecoveryCase> all(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).map(this::of).toList();
    }

    RecoveryCase of(Row row) {
        return new RecoveryCase(
                row.getUUID("case_id"),
                row.getUUID("customer_id"),
                row.getUUID("organization_id"),
                CaseStatus.of(row.getString("status")),
                RecoveryRiskLevel.of(row.getString("risk_level")),
                new RecoveryCase.TriggerEvent(
                        CaseTrigger.of(row.getString("trigger_type")),
                        instant(row, "triggered_at"),
                        Amounts.plain(row.getBigDecimal("amount")),
                        row.getString("currency"),
                        row.getString("reason"),
                        row.getUUID("failure_id"),
                        row.getString("payment_id"),
                        row.getString("subscription_id"),
                        row.getInteger("attempt_count")),
                row.getString("billing_segment") == null ? null : BillingSegment.of(row.getString("billing_segment")),
                row.getString("messaging_tone") == null ? null : Tone.of(row.getString("messaging_tone")),
                read(row.getString("strategy"), RecoveryStrategy.class),
                new RecoveryCase.CaseMetrics(
                        instant(row, "created_at"),
                        instant(row, "activated_at"),
                        instant(row, "respond_by"),
                        instant(row, "response_late_at"),
                        instant(row, "first_contact_at"),
                        instant(row, "ends_at"),
                        instant(row, "recovered_at"),
                        instant(row, "lost_at"),
                        Amounts.plain(row.getBigDecimal("total_value")),
                        Amounts.plain(row.getBigDecimal("incentive_cost")),
                        Amounts.plain(row.getBigDecimal("revenue_recovered"))),
                Labels.readOrNull(RecoveredBy.class, row.getString("recovered_by")),
                Labels.readOrNull(LostBecause.class, row.getString("lost_because")),
                CaseApproval.of(row.getString("approval")),
                row.getBoolean("is_holdout"),
                read(row.getString("risk"), RecoveryRisk.class),
                instant(row, "updated_at"),
                row.getInteger("version"));
    }

    static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }

    private <T> T read(String document, Class<T> type) {
        try {
            return document == null ? null : json.readValue(document, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    String write(Object document) {
        try {
            return json.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
