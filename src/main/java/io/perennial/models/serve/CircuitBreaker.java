package io.perennial.models.serve;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Leaves a model version, or whatever else, alone that keeps failing. It is closed until so many failures follow each other, then open for a
 * while, in which nothing is tried; then one job is let through, whose outcome closes it or opens it again.
 */
public final class CircuitBreaker {

    /** Whether anything is let through: all of it, nothing, or one to see. */
    public enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    private final Clock clock;
    private final int failuresToOpen;
    private final Duration openFor;
    private int failures;
    /** When the next job is let through; null while closed. */
    private Instant nextTrial;

    /** A closed breaker that opens after so many failures in a row, each time for so long. */
    public CircuitBreaker(Clock clock, int failuresToOpen, Duration openFor) {
        this.clock = clock;
        this.failuresToOpen = failuresToOpen;
        this.openFor = openFor;
    }

    /** Whether a job may be tried. One that is let through while open keeps the next out for as long as it is open again. */
    public synchronized boolean allows() {
        if (nextTrial == null) {
            return true;
        }
        var now = clock.instant();
        if (now.isBefore(nextTrial)) {
            return false;
        }
        nextTrial = now.plus(openFor);
        return true;
    }

    /** What was let through went well. */
    public synchronized void succeeded() {
        failures = 0;
        nextTrial = null;
    }

    /** What was let through failed. */
    public synchronized void failed() {
        failures++;
        if (failures >= failuresToOpen) {
            nextTrial = clock.instant().plus(openFor);
        }
    }

    /** The outcome says nothing about the version, so the next job may be the trial. */
    public synchronized void undecided() {
        if (nextTrial != null) {
            nextTrial = clock.instant();
        }
    }

    /** Whether anything is let through now. */
    public synchronized State state() {
        if (nextTrial == null) {
            return State.CLOSED;
        }
        return clock.instant().isBefore(nextTrial) ? State.OPEN : State.HALF_OPEN;
    }
}
