package io.perennial.recovery.billing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;

/** What recovery knows about a customer in numbers. Amounts are in the organization's currency; see {@link MetricsSql}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CustomerMetrics(
        UUID customerId,
        UUID organizationId,

        @Schema(description = "Only data up to this instant count")
        Instant asOf,

        @Schema(description = "ISO 4217", examples = "EUR") String currency,

        @Schema(
                description =
                        "What the running subscriptions cost in a month; of somebody without one, the one that ended"
                                + " last; of somebody who never had one, the mean of the last three months",
                examples = "640.00")
        BigDecimal monthlyRevenue,

        @Schema(
                description = "What the monthly revenue is taken from",
                examples = "subscriptions",
                enumeration = {"subscriptions", "payments"})
        String monthlyRevenueFrom,

        @Schema(description = "Everything that was paid so far", examples = "10240.00")
        BigDecimal totalRevenue,

        @Schema(
                description = "Per cent by which the revenue of the last 30 days is above that of the 30 before; absent"
                        + " when there was none before",
                examples = "4.5")
        BigDecimal revenueGrowth,

        @Schema(description = "Complete months", examples = "16")
        int subscriptionLengthMonths,

        @Schema(
                description =
                        "Per cent of the features that the customers of the organization use which this one has used"
                                + " in the last three months",
                examples = "85.71")
        BigDecimal featureUsage,

        @Schema(description = "Sessions in a month, mean of the last three", examples = "18.33")
        BigDecimal sessionFrequency,

        @Schema(
                description = "The features that were used in the last three months",
                examples = "[\"dashboards\", \"exports\"]")
        List<String> featureAdoption,

        @Schema(description = "Of the last twelve months") PaymentHistory paymentHistory,

        @Schema(description = "Of the last three months", examples = "1")
        int supportTickets,

        @Schema(description = "How often what was asked or complained of in the last three months")
        Map<String, Integer> supportInteractions,

        @Schema(description = "Attempts to collect a payment that failed", examples = "2")
        @JsonProperty("payment_failures_last_3_months")
        int paymentFailuresLast3Months,

        @Schema(description = "How often the customer was given a grace period, ever", examples = "0")
        int gracePeriods,

        @Schema(
                description =
                        "Churn probability, 0..1, by the newest prediction; absent when nothing was predicted yet",
                examples = "0.2831")
        BigDecimal churnRiskScore,

        @Schema(description = "What predicted it", examples = "churn-3")
        String churnModelVersion) {

    /** How payments went. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PaymentHistory(
            @Schema(description = "Payments that succeeded", examples = "14")
            int succeeded,

            @Schema(description = "Attempts that failed", examples = "2")
            int failed,

            @Schema(description = "Succeeded of all, 0..1; absent when there were none", examples = "0.875")
            BigDecimal reliability) {}

    static CustomerMetrics of(UUID organization, Instant asOf, Row row) {
        return new CustomerMetrics(
                row.getUUID("customer_id"),
                organization,
                asOf,
                row.getString("currency"),
                Amounts.plain(row.getBigDecimal("monthly_revenue")),
                row.getString("monthly_revenue_from"),
                Amounts.plain(row.getBigDecimal("total_revenue")),
                row.getBigDecimal("revenue_growth"),
                row.getInteger("subscription_length_months"),
                row.getBigDecimal("feature_usage"),
                row.getBigDecimal("session_frequency"),
                List.of(row.getArrayOfStrings("feature_adoption")),
                new PaymentHistory(
                        row.getInteger("payments_succeeded"),
                        row.getInteger("payments_failed"),
                        row.getBigDecimal("payment_reliability")),
                row.getInteger("support_tickets"),
                interactions((JsonObject) row.getValue("support_interactions")),
                row.getInteger("payment_failures_last_3_months"),
                row.getInteger("grace_periods"),
                row.getBigDecimal("churn_risk_score"),
                row.getString("churn_model_version"));
    }

    private static Map<String, Integer> interactions(JsonObject counts) {
        var sorted = new TreeMap<String, Integer>();
        counts.forEach(entry -> sorted.put(entry.getKey(), ((Number) entry.getValue()).intValue()));
        return sorted;
    }

    /** What billing segments go by. */
    Map<SegmentMetric, BigDecimal> values() {
        var values = new EnumMap<SegmentMetric, BigDecimal>(SegmentMetric.class);
        values.put(SegmentMetric.MONTHLY_REVENUE, monthlyRevenue);
        values.put(SegmentMetric.SUBSCRIPTION_LENGTH_MONTHS, BigDecimal.valueOf(subscriptionLengthMonths));
        values.put(SegmentMetric.FEATURE_USAGE, featureUsage);
        values.put(SegmentMetric.SUPPORT_TICKETS, BigDecimal.valueOf(supportTickets));
        values.put(SegmentMetric.PAYMENT_FAILURES_LAST_3_MONTHS, BigDecimal.valueOf(paymentFailuresLast3Months));
        return values;
    }
}
