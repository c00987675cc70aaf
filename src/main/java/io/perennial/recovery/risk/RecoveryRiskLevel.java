package io.perennial.recovery.risk;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;

/** How much is at stake that a customer leaves although they might be kept. */
public enum RecoveryRiskLevel {
    LOW("0"),
    MEDIUM("0.4"),
    HIGH("0.6"),
    CRITICAL("0.8");

    private final BigDecimal from;

    RecoveryRiskLevel(String from) {
        this.from = new BigDecimal(from);
    }

    /** The lowest score of the level. */
    public BigDecimal from() {
        return from;
    }

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static RecoveryRiskLevel of(String label) {
        return Arrays.stream(values())
                .filter(level -> level.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of low, medium, high, critical"));
    }

    /** The level of a score in 0..1. */
    public static RecoveryRiskLevel of(BigDecimal score) {
        var level = LOW;
        for (var candidate : values()) {
            level = score.compareTo(candidate.from) >= 0 ? candidate : level;
        }
        return level;
    }

    /** The more serious of two: what has happened may weigh more than the score says. */
    public RecoveryRiskLevel atLeast(RecoveryRiskLevel other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** What to do. */
    public RecoveryStrategy strategy() {
        return RecoveryStrategy.of(this);
    }
}
