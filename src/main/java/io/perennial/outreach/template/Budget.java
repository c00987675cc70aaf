package io.perennial.outreach.template;

/**
 * What one rendering may take in time and in characters. A template has no way to need more than a small part of it; the
 * budget is for the day on which that turns out wrong.
 */
final class Budget {

    /** The longest that a rendering may take, in nanoseconds: much longer than any, so that a busy machine breaks none off. */
    static final long LONGEST_NANOS = 2_000_000_000;

    /** The most characters of a part. */
    static final int MOST_CHARACTERS = 200_000;

    private final long start;
    private int characters;

    /** @param start {@link System#nanoTime()} at the beginning */
    Budget(long start) {
        this.start = start;
    }

    /** A rendering that was broken off. */
    static final class Spent extends RuntimeException {

        Spent(String reason) {
            super(reason, null, false, false);
        }
    }

    /** Notes that a value is looked up at an instant of {@link System#nanoTime()}. */
    void lookUp(long now) {
        if (now - start > LONGEST_NANOS) {
            throw new Spent("takes too long to render");
        }
    }

    /** Notes that something is written. */
    void write(int more) {
        characters += more;
        if (characters > MOST_CHARACTERS) {
            throw new Spent("becomes longer than %d characters".formatted(MOST_CHARACTERS));
        }
    }
}
