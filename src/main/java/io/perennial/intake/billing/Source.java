package io.perennial.intake.billing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Where billing events come from. An id of an event is unique within its source. */
public enum Source {
    /** Webhooks in Perennial's own format. */
    PERENNIAL,
    /** Webhooks of Stripe. */
    STRIPE,
    /** Uploads. */
    API;

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static Source of(String value) {
        return Arrays.stream(values())
                .filter(source -> source.value().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of perennial, stripe, api"));
    }
}
