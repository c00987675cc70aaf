package io.perennial.insight.health;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.platform.Amounts;

/** How a customer is. What is not known is absent; in lists, so are the reasons. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HealthScore(
        UUID customerId,
        UUID organizationId,

        @Schema(description = "The organization's own id", examples = "CUST_00042")
        String externalId,

        @Schema(description = "0..100, the weighted mean of what is known", examples = "44")
        int overallHealthScore,

        @Schema(examples = "0.6312") BigDecimal churnProbability,

        @Schema(
                examples = "high",
                enumeration = {"low", "medium", "high", "critical"})
        String churnRiskLevel,

        @Schema(description = "0..100, percentile within the organization", examples = "38")
        Integer engagementScore,

        @Schema(description = "0..100, from ratings, tickets and how texts sound", examples = "55")
        Integer satisfactionScore,

        @Schema(description = "0..100, 100 when nothing failed, was refunded or is pending", examples = "75")
        Integer paymentBehaviorScore,

        @Schema(description = "0..100, from the messages answered", examples = "22")
        Integer communicationResponsivenessScore,

        @Schema(description = "In the currency of the organization", examples = "312.40")
        BigDecimal predictedLtv,

        @Schema(examples = "EUR") String currency,

        @Schema(description = "Who says so: a model version, or projection-1", examples = "projection-1")
        String ltvModelVersion,

        @Schema(
                description = "By when half of such customers have left; absent when more than five years away",
                examples = "2026-01-12")
        LocalDate predictedChurnDate,

        @Schema(examples = "0.3688") BigDecimal retentionProbability,

        @Schema(description = "Of the churn probability; 0.5 when no calibrated model gave it", examples = "0.6312")
        BigDecimal confidenceLevel,

        @Schema(description = "Who gave the churn probability: a version, uploaded, or rules-1", examples = "churn-3")
        String modelVersion,

        @Schema(description = "The days that the churn probability is about", examples = "60")
        int churnHorizonDays,

        @Schema(description = "Only data up to this instant counted")
        Instant analysisDate,

        Instant scoredAt,

        @Schema(description = "Absent when the customer was scored alone")
        UUID runId,

        @Schema(description = "Whose contributions the factors are", examples = "churn-3")
        String explainedBy,

        @Schema(description = "The gravest first, five at most")
        List<Factor> riskFactors,

        @Schema(description = "The strongest first, five at most")
        List<Factor> positiveIndicators,

        @Schema(description = "The most urgent first, three at most")
        List<RecommendedActions.Action> recommendedActions) {

    /** What {@link #of(Row)} needs, of {@code customer_health_scores h} and {@code customers c}. */
    static final String COLUMNS = """
            h.*, c.external_id, (select currency from organizations where id = $1) as currency""";

    static HealthScore of(Row row) {
        return new HealthScore(
                row.getUUID("customer_id"),
                row.getUUID("organization_id"),
                row.getString("external_id"),
                row.getInteger("overall_health_score"),
                Amounts.plain(row.getBigDecimal("churn_probability")),
                row.getString("churn_risk_level"),
                row.getInteger("engagement_score"),
                row.getInteger("satisfaction_score"),
                row.getInteger("payment_behavior_score"),
                row.getInteger("communication_responsiveness_score"),
                Amounts.plain(row.getBigDecimal("predicted_ltv")),
                row.getString("currency"),
                row.getString("ltv_model_version"),
                row.getLocalDate("predicted_churn_date"),
                Amounts.plain(row.getBigDecimal("retention_probability")),
                Amounts.plain(row.getBigDecimal("confidence_level")),
                row.getString("model_version"),
                row.getInteger("churn_horizon_days"),
                row.get(OffsetDateTime.class, "analysis_date").toInstant(),
                row.get(OffsetDateTime.class, "scored_at").toInstant(),
                row.getUUID("run_id"),
                null,
                null,
                null,
                null);
    }

    HealthScore explained(
            String by, List<Factor> risks, List<Factor> positives, List<RecommendedActions.Action> actions) {
        return new HealthScore(
                customerId,
                organizationId,
                externalId,
                overallHealthScore,
                churnProbability,
                churnRiskLevel,
                engagementScore,
                satisfactionScore,
                paymentBehaviorScore,
                communicationResponsivenessScore,
                predictedLtv,
                currency,
                ltvModelVersion,
                predictedChurnDate,
                retentionProbability,
                confidenceLevel,
                modelVersion,
                churnHorizonDays,
                analysisDate,
                scoredAt,
                runId,
                by,
                risks,
                positives,
                actions);
    }

    @JsonIgnore
    ChurnRiskLevel level() {
        return ChurnRiskLevel.of(churnProbability.doubleValue());
    }
}
