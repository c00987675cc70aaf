package io.perennial.offers;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import io.perennial.insight.segment.Segment;

/**
 * The groups of customers that an offer can be for: by value, {@code at_risk}, {@code new}, and the segments of a
 * segmentation, all written like {@code loyal_customers}.
 */
public final class TargetSegments {

    /** Every name there is, in lower case. */
    public static final Set<String> NAMES = names();

    private TargetSegments() {}

    private static Set<String> names() {
        var names = new LinkedHashSet<>(List.of("high_value", "medium_value", "low_value", "at_risk", "new"));
        Arrays.stream(Segment.values())
                .map(Segment::label)
                .map(TargetSegments::written)
                .forEach(names::add);
        return Collections.unmodifiableSet(names);
    }

    /** A name as it is stored: {@code Loyal Customers} is {@code loyal_customers}. Null stays null. */
    public static String written(String name) {
        return name == null ? null : name.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
    }
}
