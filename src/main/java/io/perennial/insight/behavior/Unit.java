package io.perennial.insight.behavior;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a measure is counted in, and between which numbers its threshold makes sense. */
public enum Unit {
    PERCENT(0, 100),
    TIMES(0, 10_000),
    DAYS(0, 3_650),
    MINUTES(0, 100_000),
    POINTS(0, 10);

    private final double minimum;
    private final double maximum;

    Unit(double minimum, double maximum) {
        this.minimum = minimum;
        this.maximum = maximum;
    }

    /** As the API writes it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The lowest threshold, inclusive. */
    double minimum() {
        return minimum;
    }

    /** The highest threshold, inclusive. */
    double maximum() {
        return maximum;
    }
}
