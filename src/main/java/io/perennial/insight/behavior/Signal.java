package io.perennial.insight.behavior;

/**
 * Something in the behavior of a customer that calls for action, declared as data.
 *
 * @param name such as {@code login_frequency_decline}, unique within the industry
 * @param meaning what is measured, in words
 * @param measure SQL over the {@link Metric metrics} of a customer; null when there is too little to tell, which is no signal
 * @param threshold unless the organization has one of its own
 * @param recommendation what to do, in words
 */
record Signal(
        String name,
        String meaning,
        String measure,
        Direction direction,
        Unit unit,
        double threshold,
        Urgency urgency,
        String recommendation) {

    /** How much less the last number is than the one before, 0..100 %; only told when that was large enough. */
    static String decline(String last, String previous, int atLeast) {
        return "case when %2$s >= %3$d then 100 * (%2$s - %1$s)::float8 / %2$s end".formatted(last, previous, atLeast);
    }

    /** A measure that is only told on a condition. */
    static String when(String condition, String measure) {
        return "case when %s then %s end".formatted(condition, measure);
    }
}
