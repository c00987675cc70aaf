package io.perennial.insight.value;

import java.util.Arrays;
import java.util.Optional;

import io.perennial.insight.segment.Category;

/** How much a customer is worth in words: the {@link Category} of the value score. In the order of the categories. */
enum ValueSegment {
    LOW_VALUE("low_value"),
    MEDIUM_VALUE("medium_value"),
    HIGH_VALUE("high_value");

    private final String label;

    ValueSegment(String label) {
        this.label = label;
    }

    /** As the API and the database write it. */
    String label() {
        return label;
    }

    static Optional<ValueSegment> labelled(String label) {
        return Arrays.stream(values())
                .filter(segment -> segment.label.equals(label))
                .findFirst();
    }

    /** All labels by the ordinals of the categories. */
    static String[] labels() {
        return Arrays.stream(values()).map(ValueSegment::label).toArray(String[]::new);
    }
}
