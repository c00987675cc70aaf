package io.perennial.models.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import io.perennial.models.ChurnRiskLevel;

/**
 * Who is found how early by a service that scores everybody once a week: of the customers who left, those whose probability
 * had reached a risk level while there were 30 days left to do something; and what share of all whom it reached did leave.
 *
 * @param scorings how often each was scored, a week apart
 * @param churners of whom there were 30 or more days left at the first scoring
 * @param levels from the lowest to the highest
 * @param most the probability that finds at least 85 % of them; null when there are none
 */
public record EarlyDetection(int scorings, int churners, List<Level> levels, Threshold most) {

    private static final double MOST = 0.85;

    /**
     * Customers who have been at a risk level or above.
     *
     * @param from lowest probability of the level
     * @param flagged share of all customers who reached it
     * @param precision share of those who left among them; null when there are none
     * @param recall share of those who left that they are
     * @param recall30Days share of those of whom there were 30 or more days left who reached it while there were
     * @param medianLeadDays from when those who left reached it
     */
    public record Level(
            ChurnRiskLevel level,
            double from,
            double flagged,
            Double precision,
            Double recall,
            @JsonProperty("recall_30_days") Double recall30Days,
            Double medianLeadDays) {}

    /** As {@link Level}, of a probability that is no level's. */
    public record Threshold(
            double from,
            double flagged,
            double precision,
            @JsonProperty("recall_30_days") double recall30Days) {}

    /** Counts. */
    static EarlyDetection of(Watch watch) {
        var levels = Arrays.stream(ChurnRiskLevel.values())
                .skip(1)
                .map(level -> level(level, watch))
                .toList();
        return new EarlyDetection(
                watch.scorings().size(),
                customers(watch).filter(watch::leftLate).toArray().length,
                levels,
                most(watch));
    }

    private static IntStream customers(Watch watch) {
        return IntStream.range(0, watch.count());
    }

    private static int[] reached(Watch watch, double from) {
        return customers(watch).filter(i -> watch.highest(i, 0) >= from).toArray();
    }

    private static long reachedEarly(Watch watch, double from) {
        return customers(watch)
                .filter(i -> watch.leftLate(i) && watch.highest(i, Watch.EARLY_DAYS) >= from)
                .count();
    }

    private static Level level(ChurnRiskLevel level, Watch watch) {
        var flagged = reached(watch, level.from());
        var leaving = Arrays.stream(flagged).filter(watch::left).toArray();
        return new Level(
                level,
                level.from(),
                share(flagged.length, watch.count()),
                share(leaving.length, flagged.length),
                share(leaving.length, customers(watch).filter(watch::left).count()),
                share(
                        reachedEarly(watch, level.from()),
                        customers(watch).filter(watch::leftLate).count()),
                median(Arrays.stream(leaving)
                        .mapToDouble(i -> leadDays(watch, i, level.from()))
                        .toArray()));
    }

    /** The days that were left when a customer first reached a probability. */
    private static double leadDays(Watch watch, int customer, double from) {
        return IntStream.range(0, watch.scorings().size())
                .filter(scoring -> watch.scorings().get(scoring)[customer] >= from)
                .mapToDouble(scoring -> watch.daysLeft(customer, scoring))
                .findFirst()
                .orElseThrow();
    }

    private static Threshold most(Watch watch) {
        var ranked = customers(watch)
                .filter(watch::leftLate)
                .mapToDouble(i -> watch.highest(i, Watch.EARLY_DAYS))
                .sorted()
                .toArray();
        if (ranked.length == 0) {
            return null;
        }
        var from = ranked[ranked.length - (int) Math.ceil(MOST * ranked.length)];
        var flagged = reached(watch, from);
        return new Threshold(
                from,
                share(flagged.length, watch.count()),
                share(Arrays.stream(flagged).filter(watch::left).count(), flagged.length),
                share(reachedEarly(watch, from), ranked.length));
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
