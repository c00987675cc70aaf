package io.perennial.bench;

import java.util.Arrays;
import java.util.Map;

/** How much the benchmarks have to do, and how often. Smaller sizes are for trying them out. */
final class Size {

    private static final Map<String, Integer> DEFAULTS = Map.of(
            "bench.rows", 1_000_000,
            "bench.customers", 1_000_000,
            "bench.requests", 40_000,
            "bench.rounds", 3);

    /** Lines of the uploaded file. */
    static final int ROWS = of("bench.rows");

    /** Customers that are segmented; each has ten transactions on average. */
    static final int CUSTOMERS = of("bench.customers");

    /** Requests in a round. */
    static final int REQUESTS = of("bench.requests");

    /** How often ours and the floor take turns. */
    static final int ROUNDS = of("bench.rounds");

    /** Whether nothing was made smaller. */
    static final boolean FULL = DEFAULTS.entrySet().stream().allMatch(size -> of(size.getKey()) >= size.getValue());

    private Size() {}

    private static int of(String property) {
        return Integer.getInteger(property, DEFAULTS.get(property));
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(double... values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
