package io.perennial.models.training;

import java.util.Arrays;

import io.perennial.models.learn.Rows;

/**
 * How a number was spread when a model was trained, in up to ten bins of equally many rows, to tell later whether it still is.
 *
 * @param breaks lower bounds of all bins but the first, ascending
 * @param shares of the rows in each bin and, last, of those where the number was missing
 */
public record Distribution(double[] breaks, double[] shares) {

    private static final int BINS = 10;

    /** Keeps an empty bin from making the index infinite. */
    private static final double LEAST_SHARE = 1e-4;

    /** Of one number for each row, NaN where missing. */
    public static Distribution of(float[] values) {
        var known = known(values);
        var breaks = new double[BINS - 1];
        for (var i = 1; i < BINS; i++) {
            breaks[i - 1] = known.length == 0 ? 0 : known[i * known.length / BINS];
        }
        var distinct = Arrays.stream(andAbove(known, breaks)).distinct().toArray();
        return new Distribution(distinct, shares(distinct, values));
    }

    /** A last bin of one number only, such as that of a constant, ends there: whatever is above it is new. */
    private static double[] andAbove(double[] known, double[] breaks) {
        var most = known.length == 0 ? Double.NaN : known[known.length - 1];
        if (breaks[breaks.length - 1] != most) {
            return breaks;
        }
        var andAbove = Arrays.copyOf(breaks, breaks.length + 1);
        andAbove[breaks.length] = Math.nextUp(most);
        return andAbove;
    }

    /** Of a feature. */
    public static float[] column(Rows rows, int feature) {
        var values = new float[rows.count()];
        for (var row = 0; row < values.length; row++) {
            values[row] = rows.get(row, feature);
        }
        return values;
    }

    /**
     * The population stability index against the same number of today: 0 when nothing has changed; below 0.1 is usually
     * taken for stable and above 0.25 for another population (Siddiqi 2006, Credit Risk Scorecards).
     */
    public double stabilityIndex(float[] today) {
        var now = shares(breaks, today);
        var index = 0.0;
        for (var i = 0; i < shares.length; i++) {
            var before = Math.max(shares[i], LEAST_SHARE);
            var after = Math.max(now[i], LEAST_SHARE);
            index += (after - before) * Math.log(after / before);
        }
        return index;
    }

    private static double[] shares(double[] breaks, float[] values) {
        var shares = new double[breaks.length + 2];
        for (var value : values) {
            shares[Float.isNaN(value) ? breaks.length + 1 : bin(breaks, value)] += 1.0 / values.length;
        }
        return shares;
    }

    private static int bin(double[] breaks, float value) {
        var found = Arrays.binarySearch(breaks, value);
        return found >= 0 ? found + 1 : -found - 1;
    }

    private static double[] known(float[] values) {
        var known = new double[values.length];
        var count = 0;
        for (var value : values) {
            if (!Float.isNaN(value)) {
                known[count++] = value;
            }
        }
        var sorted = Arrays.copyOf(known, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
