package io.perennial.tenant;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** The industry of an organization. */
public enum OrgType {
    BANKING,
    TELECOM,
    ECOMMERCE,
    HEALTHCARE,
    TRADES,
    PROFESSIONAL_SERVICES;

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #value()} writes, in any case. */
    @JsonCreator
    public static OrgType of(String value) {
        return Arrays.stream(values())
                .filter(known -> known.value().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be one of banking, telecom, ecommerce, healthcare, trades, professional_services"));
    }
}
