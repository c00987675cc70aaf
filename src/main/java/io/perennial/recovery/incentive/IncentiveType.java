package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How an incentive is given: as a share or a fixed amount of what is to be paid, as a credit, or as features. */
public enum IncentiveType {
    PERCENTAGE,
    FIXED_AMOUNT,
    ACCOUNT_CREDIT,
    FEATURE_UNLOCK,
    UPGRADE_TRIAL;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static IncentiveType of(String label) {
        return valueOf(label.toUpperCase(Locale.ROOT));
    }
}
