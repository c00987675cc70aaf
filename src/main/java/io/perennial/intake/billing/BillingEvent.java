package io.perennial.intake.billing;

import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;

/**
 * A checked event in Perennial's own words.
 *
 * @param eventId the source's own id of it
 * @param customer as the source calls them
 * @param said the fields that it has, besides these; what it does not say is not there
 */
record BillingEvent(String eventId, BillingType type, OffsetDateTime occurredAt, String customer, JsonObject said) {

    /** Attempts beyond it are taken for equally late. */
    private static final int LATEST_ATTEMPT = 9_999;

    /** The subscription, the payment or the payment method that it is about. */
    String subject() {
        return type.subject().of(said.getString(type.subject().field()));
    }

    /** The same for events that say the same of their subject, or null: a payment fails once at each attempt and succeeds once. */
    String statement() {
        var attempt = said.getInteger("attempt_count");
        return switch (type) {
            case PAYMENT_SUCCEEDED -> "succeeded";
            case PAYMENT_FAILED -> attempt == null ? null : "failed " + attempt;
            default -> null;
        };
    }

    /** Among events of the same instant, the later one has more. */
    int precedence() {
        return type.precedence() + Math.min(LATEST_ATTEMPT, said.getInteger("attempt_count", 0));
    }
}
