package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What happened that a customer is written to. */
public enum Trigger {
    PAYMENT_FAILED,
    SUBSCRIPTION_CANCELLED,
    DOWNGRADE,
    /** Nothing yet: the customer is likely to leave. */
    CHURN_RISK;

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return Labels.of(this);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static Trigger of(String value) {
        return Labels.read(Trigger.class, value);
    }
}
