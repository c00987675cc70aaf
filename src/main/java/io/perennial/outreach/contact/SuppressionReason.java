package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Why an address is not written to any more. */
public enum SuppressionReason {
    /** Messages came back for good. */
    HARD_BOUNCE,
    /** Somebody has called a message unwanted. */
    COMPLAINT,
    /** The device is no longer there. */
    UNREGISTERED,
    BY_HAND;

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static SuppressionReason of(String value) {
        return Arrays.stream(values())
                .filter(reason -> reason.value().equals(value))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("must be one of hard_bounce, complaint, unregistered, by_hand"));
    }
}
