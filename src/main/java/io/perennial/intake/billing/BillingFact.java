package io.perennial.intake.billing;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

/**
 * Something new that is known about what a customer pays. What an event did not say is null, and so is what does not belong to
 * its type.
 *
 * @param eventId the source's own id of the event
 * @param occurredAt when it happened, which may be long ago when events are uploaded or were parked
 * @param failureId of the payment failure that it is about: for failed payments, and for payments that succeed after they failed
 * @param amount of the payment, or of a period of the subscription
 * @param attemptCount how often the payment has failed by now
 * @param reason why it failed, or why the customer cancelled
 * @param willRenew whether the subscription goes on after its period
 * @param endsAt when a cancelled subscription ends
 */
public record BillingFact(
        UUID organization,
        UUID customer,
        BillingType type,
        Source source,
        String eventId,
        Instant occurredAt,
        UUID failureId,
        String paymentId,
        String subscriptionId,
        String paymentMethodId,
        BigDecimal amount,
        String currency,
        Integer attemptCount,
        String reason,
        String plan,
        Integer tier,
        String previousPlan,
        Integer previousTier,
        Boolean willRenew,
        Instant endsAt) {}
