package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why an offer is made: because of the stage of dunning, or because a trigger was reached. */
public enum Occasion {
    STAGE,
    ESCALATION,
    LOYALTY,
    BONUS;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static Occasion of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
