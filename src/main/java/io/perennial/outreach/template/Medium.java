package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What a message is written for; which parts it has follows from it. */
public enum Medium {
    /** A subject, a text and the same in HTML. */
    EMAIL,
    /** A text of at most 160 characters of GSM-7. */
    SMS,
    /** A title, which is the subject, and a body, which is the text. */
    PUSH,
    /** A task for a person: its title, which is the subject, and what to say. */
    PHONE;

    /** Whether there is little room, so that values are shortened. */
    boolean isShort() {
        return this == SMS || this == PUSH;
    }

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return Labels.of(this);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static Medium of(String value) {
        return Labels.read(Medium.class, value);
    }
}
