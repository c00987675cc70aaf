package io.perennial.offers;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Where a customer is on their way with the organization. */
public enum LifecycleStage {
    ACQUISITION,
    ONBOARDING,
    GROWTH,
    RETENTION,
    WIN_BACK,
    CHURN;

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #value()} writes, in any case. */
    @JsonCreator
    public static LifecycleStage of(String value) {
        return Arrays.stream(values())
                .filter(known -> known.value().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be one of acquisition, onboarding, growth, retention, win_back, churn"));
    }
}
