package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How far a sequence of messages has come: five stages after a failed payment, four after anything else. */
public enum MessageStage {
    DUNNING_1,
    DUNNING_2,
    DUNNING_3,
    DUNNING_4,
    DUNNING_5,
    /** At once: what is offered to a customer who stays. */
    IMMEDIATE_OFFER,
    /** A day later: what the customer would do without. */
    VALUE_REMINDER,
    /** Three days later: what went wrong. */
    FEEDBACK_REQUEST,
    /** A week later: the last message. */
    FINAL_ATTEMPT;

    /** Whether messages after the trigger come through this stage. */
    public boolean follows(Trigger trigger) {
        return (compareTo(DUNNING_5) <= 0) == (trigger == Trigger.PAYMENT_FAILED);
    }

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return Labels.of(this);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static MessageStage of(String value) {
        return Labels.read(MessageStage.class, value);
    }
}
