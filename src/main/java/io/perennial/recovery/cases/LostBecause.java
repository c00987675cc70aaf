package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Why a case was given up. */
public enum LostBecause {
    /** Everything was tried, and the customer did not come back. */
    EXHAUSTED,
    /** The subscription has ended. */
    SUBSCRIPTION_ENDED,
    /** An operator did not approve of the case. */
    REJECTED,
    /** Somebody said so. */
    BY_HAND;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static LostBecause of(String label) {
        return Labels.read(LostBecause.class, label);
    }
}
