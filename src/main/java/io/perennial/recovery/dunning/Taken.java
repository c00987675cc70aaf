package io.perennial.recovery.dunning;

import java.util.Locale;

/** What came of looking for a step to take. */
enum Taken {
    /** Its message was written. */
    DONE,
    /** There is nothing to say, or no way to. */
    SKIPPED,
    /** The customer has stayed, or the case has ended otherwise. */
    CANCELLED,
    /** It is not its time yet. */
    POSTPONED,
    /** An operator has to agree first. */
    APPROVAL,
    /** It is tried again later. */
    FAILED,
    /** Somebody else has taken it at this moment. */
    ELSEWHERE,
    /** Nothing is due that nobody else has in hand. */
    NOTHING;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
