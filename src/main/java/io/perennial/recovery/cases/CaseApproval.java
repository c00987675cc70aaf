package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** Whether an operator has agreed that something is done about a case. */
public enum CaseApproval {
    /** Nobody has to be asked. */
    NONE,
    WAITING,
    APPROVED,
    REJECTED;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static CaseApproval of(String label) {
        return Labels.read(CaseApproval.class, label);
    }
}
