package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** How a message speaks to a customer. */
public enum Tone {
    /** Formal and respectful, emphasizes value: for customers of high value. */
    PREMIUM,
    /** Clear and action-oriented: for customers of medium value. */
    PROFESSIONAL,
    /** Casual, approachable and reassuring: for the others. */
    FRIENDLY,
    /** Empathetic, helpful and focused on a solution: for customers at risk. */
    SUPPORTIVE;

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return Labels.of(this);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static Tone of(String value) {
        return Labels.read(Tone.class, value);
    }
}
