package io.perennial.insight.behavior;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A number known about a customer, declared as data.
 *
 * @param name a column, and the name in the answers unless it begins with an underscore
 * @param meaning in words; null for one that is not shown
 * @param sql an aggregate over events or over transactions; {@code :days_30} is the instant 30 days before the analysis
 * @param absent SQL of the value of a customer without any such row; null where that is not a number
 */
record Metric(String name, String meaning, String sql, String absent) {

    private static final String ZERO = "0";

    /** A metric that is only there to compute others. */
    boolean hidden() {
        return name.startsWith("_");
    }

    /** How many events there were. */
    static Metric events(String name, String meaning, Window window, String... types) {
        return new Metric(name, meaning, "count(*) filter (where %s)".formatted(events(window, types)), ZERO);
    }

    /** The sum of the values of events, those below zero left out. */
    static Metric sum(String name, String meaning, Window window, String... types) {
        return new Metric(
                name,
                meaning,
                "coalesce(sum(value) filter (where %s and value > 0), 0)".formatted(events(window, types)),
                ZERO);
    }

    /** The mean of the values of events; null when there is none. */
    static Metric mean(String name, String meaning, Window window, String... types) {
        return new Metric(
                name, meaning, "round(avg(value) filter (where %s), 4)".formatted(events(window, types)), null);
    }

    /** When an event was last; null when it never was. */
    static Metric latest(String name, Window window, String... types) {
        return new Metric(name, null, "max(occurred_at) filter (where %s)".formatted(events(window, types)), null);
    }

    /** How many completed transactions there were. */
    static Metric purchases(String name, String meaning, Window window) {
        return transactions(name, meaning, "completed", window.condition());
    }

    /** How many transactions of a status there were that meet a condition. */
    static Metric transactions(String name, String meaning, String status, String condition) {
        return new Metric(
                name, meaning, "count(*) filter (where status = '%s' and %s)".formatted(status, condition), ZERO);
    }

    /** The sum of the completed transactions. */
    static Metric spent(String name, String meaning, Window window) {
        return new Metric(
                name,
                meaning,
                "coalesce(sum(amount) filter (where status = 'completed' and %s), 0)".formatted(window.condition()),
                ZERO);
    }

    /** A number that follows from others. */
    static Metric derived(String name, String meaning, String sql) {
        return new Metric(name, meaning, sql, null);
    }

    private static String events(Window window, String... types) {
        var type = types.length == 1
                ? "event_type = '%s'".formatted(types[0])
                : Arrays.stream(types).map("'%s'"::formatted).collect(Collectors.joining(", ", "event_type in (", ")"));
        return window.condition() + " and " + type;
    }
}
