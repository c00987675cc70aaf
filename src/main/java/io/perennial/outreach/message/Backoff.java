package io.perennial.outreach.message;

import java.time.Duration;
import java.util.UUID;

/**
 * How long to pause before a message is tried again: twice as long after each failure, up to a longest, and between half and all
 * of that, so that what failed together is not tried together. The part follows from the message and the attempt; it needs no
 * more chance than that.
 *
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential backoff and jitter</a>,
 *     there as "equal jitter"
 * @param first pause
 * @param longest pause
 */
record Backoff(Duration first, Duration longest) {

    private static final double PARTS = 1L << 53;

    /**
     * The pause after an attempt.
     *
     * @param attempt that failed, from 1
     */
    Duration after(UUID message, int attempt) {
        var doublings = Math.min(attempt - 1, Long.numberOfLeadingZeros(first.toMillis()) - 1);
        var whole = Math.min(first.toMillis() << doublings, longest.toMillis());
        return Duration.ofMillis((long) (whole * (0.5 + 0.5 * part(message, attempt))));
    }

    /** Evenly from 0 to 1: SplitMix64's finalizer of the message and the attempt. */
    private static double part(UUID message, int attempt) {
        var mixed = message.getMostSignificantBits() * 0xD1342543DE82EF95L
                + message.getLeastSignificantBits()
                + attempt * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return ((mixed ^ (mixed >>> 31)) >>> 11) / PARTS;
    }
}
