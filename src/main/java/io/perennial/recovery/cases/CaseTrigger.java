package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import io.perennial.recovery.risk.RecoveryRiskLevel;

/** What begins a recovery case. */
public enum CaseTrigger {
    /** A payment failed, and not for the first time. */
    PAYMENT_FAILED(RecoveryRiskLevel.LOW),
    /** A subscription will not renew. */
    SUBSCRIPTION_CANCELLED(RecoveryRiskLevel.HIGH),
    /** A subscription was changed to a lesser plan. */
    DOWNGRADE(RecoveryRiskLevel.MEDIUM),
    /** The customer has become likely to leave. */
    CHURN_RISK(RecoveryRiskLevel.LOW);

    private final RecoveryRiskLevel atLeast;

    CaseTrigger(RecoveryRiskLevel atLeast) {
        this.atLeast = atLeast;
    }

    /** The level that a case of this trigger has whatever its score says. */
    RecoveryRiskLevel atLeast() {
        return atLeast;
    }

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static CaseTrigger of(String label) {
        return Labels.read(CaseTrigger.class, label);
    }
}
