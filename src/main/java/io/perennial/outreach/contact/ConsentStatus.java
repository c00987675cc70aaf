package io.perennial.outreach.contact;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** What a customer says about being contacted by a channel. */
public enum ConsentStatus {
    GRANTED,
    REFUSED;

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static ConsentStatus of(String value) {
        return Arrays.stream(values())
                .filter(status -> status.value().equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of granted, refused"));
    }
}
