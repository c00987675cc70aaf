package io.perennial.recovery.outcome;

/** What a figure that was estimated lies between. */
record Interval(double lower, double upper) {

    /** Whether the figure may as well be nought. */
    boolean holdsNought() {
        return lower <= 0 && upper >= 0;
    }
}
