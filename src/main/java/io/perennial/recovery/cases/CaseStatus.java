package io.perennial.recovery.cases;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumSet;
import java.util.Set;

import io.perennial.platform.ProblemType;

/**
 * How far a recovery case is. A case begins pending, becomes active, and ends recovered or lost; while it is pending, the
 * customer may stay or go by themselves.
 */
public enum CaseStatus {
    /** To be assessed, or waiting for an operator's approval. */
    PENDING,
    /** Something is done about it, or, of a hold-out, nothing on purpose. */
    ACTIVE,
    /** The customer stays. */
    RECOVERED,
    /** The customer is gone, or was given up. */
    LOST;

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return Labels.of(this);
    }

    /** Reads what {@link #label()} writes. */
    @JsonCreator
    public static CaseStatus of(String label) {
        return Labels.read(CaseStatus.class, label);
    }

    /** What a case of this status may become. */
    Set<CaseStatus> next() {
        return switch (this) {
            case PENDING -> EnumSet.of(ACTIVE, RECOVERED, LOST);
            case ACTIVE -> EnumSet.of(RECOVERED, LOST);
            case RECOVERED, LOST -> EnumSet.noneOf(CaseStatus.class);
        };
    }

    /** Whether the case has not ended. */
    public boolean isOpen() {
        return !next().isEmpty();
    }

    /**
     * The next status itself.
     *
     * @throws io.perennial.platform.ProblemException when a case of this status may not become that
     */
    CaseStatus to(CaseStatus next) {
        if (!next().contains(next)) {
            throw ProblemType.CASE_STATUS.problem("A case that is %s cannot become %s", label(), next.label());
        }
        return next;
    }
}
