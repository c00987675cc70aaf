package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a customer is offered for staying. */
public enum OfferType {
    DISCOUNT,
    PAYMENT_PLAN,
    FEATURE_UPGRADE,
    GRACE_PERIOD,
    ACCOUNT_CREDIT;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static OfferType of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
