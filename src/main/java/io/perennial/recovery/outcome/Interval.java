package io.perennial.recovery.outcome;

/** What a figure that was estimated lies between. */
record Interval(double lower, double upper) {}
