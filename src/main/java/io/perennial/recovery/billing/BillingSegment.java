package io.perennial.recovery.billing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What kind of payer a customer is, which sets tone, offers and escalation when a payment fails. In the order in which the
 * segments are tested; whoever is in none of the others is in the last.
 */
public enum BillingSegment {
    HIGH_VALUE,
    MID_VALUE,
    AT_RISK,
    STANDARD;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static BillingSegment of(String label) {
        return labelled(label)
                .orElseThrow(
                        () -> new IllegalArgumentException("must be one of high_value, mid_value, at_risk, standard"));
    }

    /** The segment that is written like this, if there is one. */
    public static Optional<BillingSegment> labelled(String label) {
        return Arrays.stream(values())
                .filter(segment -> segment.label().equals(label))
                .findFirst();
    }
}
