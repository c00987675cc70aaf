package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.outreach.template.Tone;
import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.incentive.CaseFacts;
import io.perennial.recovery.risk.RecoveryRisk;
import io.perennial.recovery.risk.RecoveryRiskLevel;
import io.perennial.recovery.risk.RecoveryStrategy;

/**
 * A customer who may leave although they can be kept, what is done about it, and what came of it. A case that was not assessed
 * yet, which is pending and takes a second or two, has neither segment nor tone nor risk nor total value.
 *
 * @param riskLevel at least what its triggers ask for, whatever the score says
 * @param risk as it was assessed last; null in lists
 * @param version counts the changes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RecoveryCase(
        UUID id,
        UUID customerId,
        UUID organizationId,

        @Schema(
                type = SchemaType.STRING,
                examples = "active",
                enumeration = {"pending", "active", "recovered", "lost"})
        CaseStatus status,

        @Schema(
                type = SchemaType.STRING,
                description = "Of the score or, where what has happened weighs more, of that",
                examples = "high",
                enumeration = {"low", "medium", "high", "critical"})
        RecoveryRiskLevel riskLevel,

        TriggerEvent triggerEvent,

        @Schema(
                type = SchemaType.STRING,
                examples = "mid_value",
                enumeration = {"high_value", "mid_value", "standard", "at_risk"})
        BillingSegment billingSegment,

        @Schema(
                type = SchemaType.STRING,
                examples = "professional",
                enumeration = {"premium", "professional", "friendly", "supportive"})
        Tone messagingTone,

        RecoveryStrategy recoveryStrategy,
        CaseMetrics metrics,

        @Schema(
                type = SchemaType.STRING,
                description = "Absent unless it was recovered",
                examples = "payment",
                enumeration = {"payment", "reactivation", "by_hand"})
        RecoveredBy recoveredBy,

        @Schema(
                type = SchemaType.STRING,
                description = "Absent unless it was lost",
                examples = "exhausted",
                enumeration = {"exhausted", "subscription_ended", "rejected", "by_hand"})
        LostBecause lostBecause,

        @Schema(
                type = SchemaType.STRING,
                description = "Whether an operator has agreed that something is done",
                examples = "none",
                enumeration = {"none", "waiting", "approved", "rejected"})
        CaseApproval approval,

        @JsonProperty("is_holdout")
        @Schema(description = "Whether nobody gets in touch, to tell what would have happened anyway")
        boolean isHoldout,

        @Schema(description = "The risk as it was assessed last, with its factors; absent in lists")
        RecoveryRisk risk,

        Instant updatedAt,

        @Schema(description = "Counts the changes", examples = "4")
        int version) {

    /** What the case began with. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record TriggerEvent(
            @Schema(
                    type = SchemaType.STRING,
                    examples = "payment_failed",
                    enumeration = {"payment_failed", "subscription_cancelled", "downgrade", "churn_risk"})
            CaseTrigger type,

            Instant timestamp,

            @Schema(
                    description =
                            "What is at stake: the payment that failed, or what is lost in a month; absent when not"
                                    + " known",
                    examples = "49.00")
            BigDecimal amount,

            @Schema(description = "Of the amount, ISO 4217", examples = "EUR")
            String currency,

            @Schema(description = "As the billing system or the customer says it", examples = "insufficient_funds")
            String reason,

            @Schema(description = "The payment failure in question")
            UUID failureId,

            @Schema(examples = "in_1MtHbELkdIwHu7ixl4OzzPMv")
            String paymentId,

            @Schema(examples = "sub_1MowQVLkdIwHu7ixeRlqHVzs")
            String subscriptionId,

            @Schema(description = "How often the payment has failed by now", examples = "2")
            Integer attemptCount) {}

    /** When what happened to the case, and what it is worth. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CaseMetrics(
            Instant createdAt,
            Instant activatedAt,

            @Schema(description = "Until when the customer has to be contacted; absent where nothing is urgent")
            Instant respondBy,

            @Schema(description = "When it was seen that nobody had been in touch in time")
            Instant responseLateAt,

            Instant firstContactAt,

            @Schema(description = "When the case is given up unless the customer stays")
            Instant endsAt,

            Instant recoveredAt,
            Instant lostAt,

            @Schema(
                    description = "What the customer is expected to be worth, in the organization's currency",
                    examples = "588.00")
            BigDecimal totalValue,

            @Schema(
                    description = "What the offers that were redeemed cost, in the organization's currency",
                    examples = "36.75")
            BigDecimal incentiveCost,

            @Schema(
                    description = "In the currency of the trigger; absent unless it was recovered and is known",
                    examples = "49.00")
            BigDecimal revenueRecovered) {}

    /** What offers to the customer are made of. */
    public CaseFacts facts() {
        return new CaseFacts(
                organizationId,
                customerId,
                id,
                triggerEvent.subscriptionId(),
                triggerEvent.type() == CaseTrigger.PAYMENT_FAILED ? triggerEvent.amount() : null,
                triggerEvent.currency(),
                triggerEvent.attemptCount() == null ? 0 : triggerEvent.attemptCount());
    }

    /** Whether somebody may be in touch with the customer about it. */
    boolean isAssessed() {
        return risk != null;
    }

    /** The same without the factors of the risk. */
    RecoveryCase withoutRisk() {
        return new RecoveryCase(
                id,
                customerId,
                organizationId,
                status,
                riskLevel,
                triggerEvent,
                billingSegment,
                messagingTone,
                recoveryStrategy,
                metrics,
                recoveredBy,
                lostBecause,
                approval,
                isHoldout,
                null,
                updatedAt,
                version);
    }
}
