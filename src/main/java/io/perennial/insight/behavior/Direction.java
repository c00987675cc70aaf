package io.perennial.insight.behavior;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** On which side of its threshold a measure is a signal; a measure that equals the threshold is one either way. */
public enum Direction {
    AT_LEAST(">="),
    AT_MOST("<=");

    private final String operator;

    Direction(String operator) {
        this.operator = operator;
    }

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As SQL writes it. */
    String operator() {
        return operator;
    }
}
