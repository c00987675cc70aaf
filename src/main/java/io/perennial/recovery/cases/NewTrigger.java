package io.perennial.recovery.cases;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

import io.perennial.intake.billing.BillingFact;
import io.perennial.platform.Amounts;
import io.perennial.recovery.risk.RecoveryRiskLevel;
import io.perennial.tenant.CustomerId;

/**
 * Something that begins a case, or happens to one that is open.
 *
 * @param key tells it from all others of the customer: the same one never begins two cases
 * @param amount what is at stake; null for what the subscription in question costs in a month
 * @param currency null for that of the subscription or, without one, of the organization
 * @param atLeast the level that the case has whatever its score says
 * @param isTold by the billing system, so that it counts only as long as what is known of payments and subscriptions bears it out
 */
record NewTrigger(
        UUID customer,
        String key,
        CaseTrigger type,
        Instant at,
        BigDecimal amount,
        String currency,
        String reason,
        UUID failureId,
        String paymentId,
        String subscriptionId,
        Integer attemptCount,
        RecoveryRiskLevel atLeast,
        boolean isTold) {

    static NewTrigger of(BillingFact fact, CaseTrigger type) {
        return new NewTrigger(
                fact.customer(),
                "%s %s".formatted(fact.source().value(), fact.eventId()),
                type,
                fact.occurredAt(),
                type == CaseTrigger.PAYMENT_FAILED ? fact.amount() : null,
                type == CaseTrigger.PAYMENT_FAILED ? fact.currency() : null,
                type == CaseTrigger.DOWNGRADE && fact.reason() == null ? "plan_downgrade" : fact.reason(),
                type == CaseTrigger.PAYMENT_FAILED ? fact.failureId() : null,
                fact.paymentId(),
                fact.subscriptionId(),
                type == CaseTrigger.PAYMENT_FAILED ? fact.attemptCount() : null,
                type.atLeast(),
                true);
    }

    /** The id of the case that it begins, if it begins one. */
    UUID caseId() {
        return CustomerId.derive(customer, "recovery case " + key);
    }

    /** What people are told of it; nobody's words. */
    JsonObject detail() {
        var detail = new JsonObject().put("trigger_type", type.label()).put("occurred_at", at.toString());
        if (amount != null) {
            detail.put("amount", Amounts.plain(amount).toPlainString()).put("currency", currency);
        }
        if (paymentId != null) {
            detail.put("payment_id", paymentId);
        }
        if (subscriptionId != null) {
            detail.put("subscription_id", subscriptionId);
        }
        if (attemptCount != null) {
            detail.put("attempt_count", attemptCount);
        }
        return detail;
    }
}
