package io.perennial.insight.behavior;

/**
 * A stretch of time before the instant of an analysis, half open: the last 30 days are {@code (as_of − 30 days, as_of]}.
 *
 * @param from days before the instant, exclusive
 * @param until days before the instant, inclusive
 */
record Window(int from, int until) {

    static Window last(int days) {
        return new Window(days, 0);
    }

    /** As long as {@link #last} and right before it. */
    static Window previous(int days) {
        return new Window(2 * days, days);
    }

    /** SQL of when something is within it; nothing is after the instant itself. */
    String condition() {
        var begins = "occurred_at > :days_" + from;
        return until == 0 ? begins : begins + " and occurred_at <= :days_" + until;
    }
}
