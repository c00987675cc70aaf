package io.perennial.recovery.billing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Whose turn comes first. The most urgent level comes first. */
public enum PriorityLevel {
    HIGH,
    MEDIUM,
    STANDARD,
    LOW;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static PriorityLevel of(String label) {
        return Arrays.stream(values())
                .filter(level -> level.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of high, medium, standard, low"));
    }
}
