package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What an operator is asked about. */
public enum ApprovalSubject {
    /** Whether something is done about the case at all. */
    CASE,
    /** Whether a step may offer what it would. */
    INCENTIVE;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static ApprovalSubject of(String label) {
        return Labels.read(ApprovalSubject.class, label);
    }
}
