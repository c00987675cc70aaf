package io.perennial.insight.segment;

import com.fasterxml.jackson.annotation.JsonValue;

/** A percentile score in words. */
public enum Category {
    LOW("Low"),
    MEDIUM("Medium"),
    HIGH("High");

    /** A score below it is low. */
    static final double MEDIUM_FROM = 30;

    /** A score above it is high. */
    static final double HIGH_ABOVE = 70;

    private final String label;

    Category(String label) {
        this.label = label;
    }

    /** As the API writes it. */
    @JsonValue
    public String label() {
        return label;
    }

    /** The category of a score in 0..100. */
    static Category of(double score) {
        if (score > HIGH_ABOVE) {
            return HIGH;
        }
        return score >= MEDIUM_FROM ? MEDIUM : LOW;
    }

    /** The ordinal of the category of a score in 0..100, as an SQL expression. */
    public static String sql(String score) {
        return "(case when %1$s > %2$s then 2 when %1$s >= %3$s then 1 else 0 end)"
                .formatted(score, HIGH_ABOVE, MEDIUM_FROM);
    }

    boolean atLeast(Category other) {
        return compareTo(other) >= 0;
    }
}
