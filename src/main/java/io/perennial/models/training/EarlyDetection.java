package io.perennial.models.training;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import io.perennial.models.ChurnRiskLevel;

/**
 * Who is found how early: of the customers who left, those whose probability had reached a risk level when there were days
 * left to do something.
 *
 * @param churners of whom there were 30 or more days left
 * @param levels from the lowest to the highest
 * @param most the probability that finds at least 85 % of them; null when there are none
 */
public record EarlyDetection(int churners, List<Level> levels, Threshold most) {

    private static final int EARLY_DAYS = 30;
    private static final double MOST = 0.85;

    /**
     * Customers at a risk level or above.
     *
     * @param from lowest probability of the level
     * @param flagged share of all customers at the level or above
     * @param precision share of those who left among them; null when there are none
     * @param recall share of those who left that they are
     * @param recall30Days the same of those of whom there were 30 or more days left
     * @param medianLeadDays of those found
     */
    public record Level(
            ChurnRiskLevel level,
            double from,
            double flagged,
            Double precision,
            Double recall,

            @com.fasterxml.jackson.annotation.JsonProperty("recall_30_days")
            Double recall30Days,

            Double medianLeadDays) {}

    /** As {@link Level}, of a probability that is no level's. */
    public record Threshold(
            double from,
            double flagged,
            double precision,

            @com.fasterxml.jackson.annotation.JsonProperty("recall_30_days")
            double recall30Days) {}

    /** Counts. The arrays are those of the same rows. */
    static EarlyDetection of(float[] probabilities, float[] labels, float[] leadDays) {
        var early = IntStream.range(0, labels.length)
                .filter(i -> labels[i] > 0 && leadDays[i] >= EARLY_DAYS)
                .toArray();
        var levels = Arrays.stream(ChurnRiskLevel.values())
                .skip(1)
                .map(level -> level(level, probabilities, labels, leadDays, early))
                .toList();
        return new EarlyDetection(early.length, levels, most(probabilities, labels, early));
    }

    private static Level level(
            ChurnRiskLevel level, float[] probabilities, float[] labels, float[] leadDays, int[] early) {
        var flagged = IntStream.range(0, labels.length)
                .filter(i -> probabilities[i] >= level.from())
                .toArray();
        var leaving = Arrays.stream(flagged).filter(i -> labels[i] > 0).toArray();
        var left = IntStream.range(0, labels.length).filter(i -> labels[i] > 0).count();
        var found = Arrays.stream(early)
                .filter(i -> probabilities[i] >= level.from())
                .count();
        return new Level(
                level,
                level.from(),
                share(flagged.length, labels.length),
                share(leaving.length, flagged.length),
                share(leaving.length, left),
                share(found, early.length),
                median(Arrays.stream(leaving).mapToDouble(i -> leadDays[i]).toArray()));
    }

    private static Threshold most(float[] probabilities, float[] labels, int[] early) {
        if (early.length == 0) {
            return null;
        }
        var ranked =
                Arrays.stream(early).mapToDouble(i -> probabilities[i]).sorted().toArray();
        var from = ranked[ranked.length - (int) Math.ceil(MOST * ranked.length)];
        var flagged = IntStream.range(0, labels.length)
                .filter(i -> probabilities[i] >= from)
                .toArray();
        var leaving = Arrays.stream(flagged).filter(i -> labels[i] > 0).count();
        var found = Arrays.stream(ranked).filter(p -> p >= from).count();
        return new Threshold(
                from,
                share(flagged.length, labels.length),
                share(leaving, flagged.length),
                share(found, ranked.length));
    }

    private static Double share(long part, long whole) {
        return whole == 0 ? null : (double) part / whole;
    }

    private static Double median(double[] values) {
        if (values.length == 0) {
            return null;
        }
        Arrays.sort(values);
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
