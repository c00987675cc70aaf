package io.perennial.recovery.risk;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a part of the risk is about, and how much it counts. The weights add up to 1. */
public enum RiskPart {
    PAYMENT(0.5),
    BEHAVIORAL(0.3),
    ACCOUNT(0.2);

    private final double weight;

    RiskPart(double weight) {
        this.weight = weight;
    }

    /** How much of the score it makes up at most. */
    public double weight() {
        return weight;
    }

    /** As the API writes it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static RiskPart of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
