package io.perennial.platform;

import java.time.Clock;
import java.time.Instant;

/** The instant that something is computed for, as a request names it. */
public final class AsOf {

    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private AsOf() {}

    /**
     * The instant, or now when there is none.
     *
     * @throws ProblemException when it is before 1970 or after 9999
     */
    public static Instant orNow(Instant given, Clock clock) {
        return or("as_of", given, clock.instant());
    }

    /**
     * The instant that a parameter names, or another one when it names none.
     *
     * @throws ProblemException when it is before 1970 or after 9999
     */
    public static Instant or(String parameter, Instant given, Instant otherwise) {
        if (given == null) {
            return otherwise;
        }
        if (given.isBefore(EARLIEST) || given.isAfter(LATEST)) {
            throw ProblemType.INVALID_REQUEST.problem("%s must lie between the years 1970 and 9999", parameter);
        }
        return given;
    }
}
