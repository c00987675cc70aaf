package io.perennial.bench;

/**
 * What a benchmark found.
 *
 * @param ratio of ours to the floor
 * @param target in words; null for a figure that is reported without one
 */
record Figure(String what, String ours, String floor, double ratio, String target, boolean met) {

    /** Ours and the floor, measured by what they get done in a second: more is better. */
    static Figure throughput(String what, String unit, double ours, double floor, double atLeast) {
        var ratio = ours / floor;
        return new Figure(
                what,
                "%,.0f %s/s".formatted(ours, unit),
                "%,.0f %s/s".formatted(floor, unit),
                ratio,
                "≥ %.1f".formatted(atLeast),
                ratio >= atLeast);
    }

    /** Ours and the floor, measured by the seconds that they take: less is better. */
    static Figure duration(String what, double ours, double floor, double atMost) {
        var ratio = ours / floor;
        return new Figure(
                what,
                "%.1f s".formatted(ours),
                "%.1f s".formatted(floor),
                ratio,
                "≤ %.1f".formatted(atMost),
                ratio <= atMost);
    }

    /** The seconds that a part of the work takes and those that all of it does: less is better. */
    static Figure share(String what, double part, double whole, double below) {
        var ratio = part / whole;
        return new Figure(
                what,
                "%.1f s".formatted(part),
                "%.1f s".formatted(whole),
                ratio,
                "< %.1f".formatted(below),
                ratio < below);
    }

    /** A number of ours and what was published of the same data: closer is better. */
    static Figure published(String what, int decimals, double ours, double published, double within) {
        var format = "%,." + decimals + "f";
        return new Figure(
                what,
                format.formatted(ours),
                format.formatted(published),
                ours / published,
                "± %s".formatted(within),
                Math.abs(ours - published) <= within);
    }

    /** Ours and the floor, measured by the milliseconds within which 99 of 100 are answered: less is better. */
    static Figure latency(String what, double ours, double floor, double atMost) {
        var ratio = ours / floor;
        return new Figure(
                what,
                "%.1f ms".formatted(ours),
                "%.1f ms".formatted(floor),
                ratio,
                "≤ %.1f".formatted(atMost),
                ratio <= atMost);
    }

    /** The same figure, only to be looked at. */
    Figure withoutTarget() {
        return new Figure(what, ours, floor, ratio, null, true);
    }

    private String verdict() {
        return target == null ? "" : target + (met ? ", met" : ", missed");
    }

    /** A row of the table in the report. */
    String row() {
        return "| %s | %s | %s | %.2f | %s |".formatted(what, ours, floor, ratio, verdict());
    }
}
