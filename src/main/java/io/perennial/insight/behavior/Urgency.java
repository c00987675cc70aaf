package io.perennial.insight.behavior;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How soon something has to be done about a signal; the most urgent first. */
public enum Urgency {
    HIGH,
    MEDIUM,
    LOW;

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}
