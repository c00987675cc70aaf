package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What told that a customer stays. */
public enum RecoveredBy {
    /** A payment that succeeded. */
    PAYMENT,
    /** A subscription that goes on. */
    REACTIVATION,
    /** Somebody said so. */
    BY_HAND;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static RecoveredBy of(String label) {
        return Labels.read(RecoveredBy.class, label);
    }
}
