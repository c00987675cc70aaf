package io.perennial.features;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;

/** The feature set of a customer: the numbers known about them as of an instant. See {@link FeatureSql#SELECT}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CustomerFeatures(
        UUID customerId,
        UUID organizationId,
        Instant asOf,

        @Schema(description = "Days since the last completed transaction", examples = "12.5")
        double recencyDays,

        @Schema(description = "Completed transactions", examples = "14")
        int frequency,

        @Schema(description = "Their sum, in the currency of the organization", examples = "812.40")
        BigDecimal monetary,

        @Schema(description = "Weighted activity of the last 90 days, worth half every 30 days", examples = "9.31")
        double engagement,

        @Schema(description = "Days since the first sign of life", examples = "401.0")
        double tenureDays,

        @Schema(examples = "58.0286") BigDecimal averageOrderValue,

        @Schema(description = "Mean days from one transaction to the next", examples = "29.9")
        Double interPurchaseGapDays,

        @Schema(description = "−1..1, amount of the last 30 days against the 30 before", examples = "-0.25")
        @JsonProperty("trend_30d")
        double trend30d,

        @JsonProperty("transactions_30d") int transactions30d,
        @JsonProperty("transactions_previous_30d") int transactionsPrevious30d,
        @JsonProperty("transactions_90d") int transactions90d,
        @JsonProperty("amount_30d") BigDecimal amount30d,
        @JsonProperty("amount_previous_30d") BigDecimal amountPrevious30d,
        @JsonProperty("amount_90d") BigDecimal amount90d,
        int discountedTransactions,
        int refunds,
        @JsonProperty("failed_payments_90d") int failedPayments90d,
        @JsonProperty("events_30d") int events30d,
        @JsonProperty("events_previous_30d") int eventsPrevious30d,
        @JsonProperty("events_90d") int events90d,
        @JsonProperty("logins_30d") int logins30d,
        @JsonProperty("logins_previous_30d") int loginsPrevious30d,
        @JsonProperty("feature_uses_30d") int featureUses30d,
        @JsonProperty("feature_uses_previous_30d") int featureUsesPrevious30d,
        @JsonProperty("support_tickets_30d") int supportTickets30d,
        @JsonProperty("support_tickets_90d") int supportTickets90d,
        Double daysSinceLastEvent) {

    static CustomerFeatures of(UUID organization, Instant asOf, Row row) {
        return new CustomerFeatures(
                row.getUUID("customer_id"),
                organization,
                asOf,
                row.getDouble("recency_days"),
                row.getInteger("frequency"),
                Amounts.plain(row.getBigDecimal("monetary")),
                row.getDouble("engagement"),
                row.getDouble("tenure_days"),
                Amounts.plain(row.getBigDecimal("average_order_value")),
                row.getDouble("inter_purchase_gap_days"),
                row.getDouble("trend_30d"),
                row.getInteger("transactions_30d"),
                row.getInteger("transactions_previous_30d"),
                row.getInteger("transactions_90d"),
                Amounts.plain(row.getBigDecimal("amount_30d")),
                Amounts.plain(row.getBigDecimal("amount_previous_30d")),
                Amounts.plain(row.getBigDecimal("amount_90d")),
                row.getInteger("discounted_transactions"),
                row.getInteger("refunds"),
                row.getInteger("failed_payments_90d"),
                row.getInteger("events_30d"),
                row.getInteger("events_previous_30d"),
                row.getInteger("events_90d"),
                row.getInteger("logins_30d"),
                row.getInteger("logins_previous_30d"),
                row.getInteger("feature_uses_30d"),
                row.getInteger("feature_uses_previous_30d"),
                row.getInteger("support_tickets_30d"),
                row.getInteger("support_tickets_90d"),
                row.getDouble("days_since_last_event"));
    }
}
