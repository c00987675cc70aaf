package io.perennial.models;

import com.fasterxml.jackson.annotation.JsonValue;

/** How likely a customer is to leave, in words. */
public enum ChurnRiskLevel {
    LOW("Low", 0.0),
    MEDIUM("Medium", 0.3),
    HIGH("High", 0.5),
    CRITICAL("Critical", 0.7);

    private final String label;
    private final double from;

    ChurnRiskLevel(String label, double from) {
        this.label = label;
        this.from = from;
    }

    /** As the API writes it. */
    @JsonValue
    public String label() {
        return label;
    }

    /** The lowest churn probability of the level. */
    public double from() {
        return from;
    }

    /** The level of a churn probability in 0..1. */
    public static ChurnRiskLevel of(double churnProbability) {
        var level = LOW;
        for (var candidate : values()) {
            level = churnProbability >= candidate.from ? candidate : level;
        }
        return level;
    }
}
