package io.perennial.recovery.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.recovery.billing.BillingSegments;
import io.perennial.recovery.billing.CustomerMetrics;
import io.perennial.recovery.cases.RecoveryCase;
import io.perennial.recovery.dunning.FailureMessages;
import io.perennial.recovery.incentive.RetentionOffers;

/**
 * Everything that is known of a payment that failed, in one answer. Codes of offers, links and the texts of messages are not in
 * it: who may read why something happened need not be who may redeem an offer.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FailureDebug(
        FailureRecord failureRecord,
        FailedCustomer customer,
        CustomerMetrics customerMetrics,
        BillingSegments.CustomerBillingSegment segmentResult,

        @Schema(description = "What would be written in the stage, codes and links hidden; absent where that fails")
        FailureMessages.FailureMessage messageResult,

        @Schema(description = "What would be offered in the stage, without promising it; absent where that fails")
        RetentionOffers.OfferPreview offersResult,

        @Schema(description = "What could not be told, and why; absent when everything could", examples = "{}")
        Map<String, String> problems,

        @Schema(description = "The latest case of this failure; absent when it began none") @JsonProperty("case")
        RecoveryCase recoveryCase,

        @Schema(description = "What is and was to be done about the case, in order")
        List<CaseStep> steps,

        @Schema(description = "What was written for the case, the earliest first")
        List<CaseMessage> messages,

        @Schema(description = "What was offered for the case, the earliest first")
        List<CaseOffer> offers,

        @Schema(description = "What operators were asked, the earliest first")
        List<AskedApproval> approvals,

        @Schema(description = "What has happened to the case, the latest two hundred, the latest first")
        List<CaseHistory> events,

        @Schema(
                description =
                        "What the billing system told of the payment and its subscription, the latest hundred, the latest"
                                + " first")
        List<ToldEvent> webhookEvents) {

    /** The same with what would be said and offered now. */
    FailureDebug with(
            FailureMessages.FailureMessage message, RetentionOffers.OfferPreview preview, Map<String, String> failed) {
        return new FailureDebug(
                failureRecord,
                customer,
                customerMetrics,
                segmentResult,
                message,
                preview,
                failed,
                recoveryCase,
                steps,
                messages,
                offers,
                approvals,
                events,
                webhookEvents);
    }

    /** The payment that failed. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FailureRecord(
            UUID failureId,
            UUID organizationId,
            UUID customerId,

            @Schema(examples = "in_1MtHbELkdIwHu7ixl4OzzPMv")
            String paymentId,

            @Schema(examples = "sub_1MowQVLkdIwHu7ixeRlqHVzs")
            String subscriptionId,

            @Schema(examples = "49.00") BigDecimal amount,
            @Schema(examples = "EUR") String currency,
            @Schema(examples = "2") int attemptCount,
            @Schema(examples = "insufficient_funds") String reason,

            @Schema(description = "`open`, or `recovered` when it was paid after all", examples = "open")
            String status,

            Instant firstFailedAt,
            Instant lastFailedAt,
            Instant nextAttemptAt,
            Instant recoveredAt) {}

    /** Whose payment failed. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record FailedCustomer(
            UUID id,
            @Schema(examples = "CUST_00042") String externalId,
            @Schema(examples = "Ada Byron") String name,
            @Schema(examples = "ada@example.com") String email,
            @Schema(examples = "+351210000000") String phone,
            Instant registeredAt,
            Map<String, Object> attributes,

            @Schema(description = "By channel, where the customer has said it", examples = "{\"email\": \"refused\"}")
            Map<String, Object> consents) {}

    /** A step of the sequence. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CaseStep(
            @Schema(examples = "1") int step,
            @Schema(examples = "dunning_1") String stage,
            @Schema(examples = "email") String channel,

            @Schema(description = "planned, approval, done, skipped or cancelled", examples = "done")
            String status,

            @Schema(description = "Why it was skipped or cancelled", examples = "recovered")
            String reason,

            Instant dueAt,
            Instant doneAt,

            @Schema(description = "Attempts that failed", examples = "0")
            int attempts,

            UUID messageId) {}

    /** A message, without what it says. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CaseMessage(
            UUID messageId,
            @Schema(examples = "email") String channel,

            @Schema(description = "pending, sent, withheld, cancelled or dead", examples = "sent")
            String status,

            @Schema(description = "Why it waits or was not sent", examples = "quiet_hours")
            String reason,

            @Schema(examples = "payment_failed.professional.dunning_1.email.en")
            String template,

            @Schema(examples = "default") String variant,

            @Schema(description = "Attempts to send it", examples = "1")
            int attempts,

            Instant createdAt,
            Instant dueAt,
            Instant sentAt,
            Instant deliveredAt,
            Instant openedAt,
            Instant clickedAt,
            Instant bouncedAt,
            Instant closedAt) {}

    /** An offer, without its code. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CaseOffer(
            UUID offerId,
            @Schema(examples = "dunning_1") String stage,
            @Schema(examples = "stage") String occasion,
            @Schema(examples = "discount") String type,

            @Schema(description = "What it costs at most, in the organization's currency", examples = "58.80")
            BigDecimal cost,

            @Schema(description = "open, redeemed, expired, replaced or withdrawn", examples = "open")
            String status,

            Instant madeAt,
            Instant validUntil,
            Instant redeemedAt,
            Instant closedAt) {}

    /** A question to an operator, and the answer. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record AskedApproval(
            UUID approvalId,

            @Schema(description = "case or incentive", examples = "incentive")
            String subject,

            Integer step,
            @Schema(examples = "294.00") BigDecimal cost,

            @Schema(description = "waiting, approved, rejected or obsolete", examples = "approved")
            String status,

            Instant requestedAt,
            Instant decidedAt,
            @Schema(examples = "operations") String decidedBy,
            String comment) {}

    /** Something that has happened to the case. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CaseHistory(
            Instant happenedAt,
            @Schema(examples = "step_done") String kind,

            @Schema(description = "Who has done it; absent when the service did")
            String actor,

            Map<String, Object> detail) {}

    /** Something the billing system has told. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ToldEvent(
            UUID id,
            @Schema(examples = "stripe") String source,

            @Schema(examples = "evt_1NG8Du2eZvKYlo2CUI79vXWy")
            String eventId,

            @Schema(examples = "invoice.payment_failed") String type,

            @Schema(description = "accepted, applied, stale, parked, failed, ignored or refused", examples = "applied")
            String status,

            @Schema(description = "Why it is not applied") String reason,
            Instant occurredAt,
            Instant receivedAt,
            Instant settledAt) {}
}
