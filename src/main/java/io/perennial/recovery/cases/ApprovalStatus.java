package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** What became of the question whether an operator agrees. */
public enum ApprovalStatus {
    WAITING,
    APPROVED,
    REJECTED,
    /** The case ended before anybody answered. */
    OBSOLETE;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static ApprovalStatus of(String label) {
        return Labels.read(ApprovalStatus.class, label);
    }
}
