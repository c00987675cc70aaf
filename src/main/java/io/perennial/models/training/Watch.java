package io.perennial.models.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/**
 * Customers of the test who are scored again and again, as a service that runs every week would, until it is too late to
 * find anybody in time. The model has seen nothing of these weeks.
 *
 * @param labels 1 for those who left in the window after the first scoring
 * @param leadDays of each from the first scoring to leaving; no matter for those who stayed
 * @param scorings the probabilities at each scoring; NaN for customers who were no longer, or not, of the population
 */
record Watch(float[] labels, float[] leadDays, List<float[]> scorings) {

    /** Days from one scoring to the next. */
    static final int EVERY_DAYS = 7;

    /** How long before leaving a customer has to be found to be found early. */
    static final int EARLY_DAYS = 30;

    /** Scorings that take place early enough for somebody in a window. */
    static int scorings(int windowDays) {
        return Math.max(1, (windowDays - EARLY_DAYS) / EVERY_DAYS + 1);
    }

    /**
     * Scores samples.
     *
     * @param samples as of the test and every {@value #EVERY_DAYS} days after it
     * @param score of the rows of a sample
     */
    static Watch of(List<Sample> samples, Function<Sample, float[]> score) {
        var first = samples.get(0);
        var indexes = new HashMap<UUID, Integer>();
        for (var i = 0; i < first.count(); i++) {
            indexes.put(first.customers()[i], i);
        }
        var scorings = new ArrayList<float[]>();
        for (var sample : samples) {
            var scores = score.apply(sample);
            var scoring = new float[first.count()];
            Arrays.fill(scoring, Float.NaN);
            for (var i = 0; i < sample.count(); i++) {
                var index = indexes.get(sample.customers()[i]);
                if (index != null) {
                    scoring[index] = scores[i];
                }
            }
            scorings.add(scoring);
        }
        return new Watch(first.labels(), first.leadDays(), scorings);
    }

    /** Several one after the other, all with as many scorings. */
    static Watch of(List<Watch> watches) {
        var scorings = new ArrayList<float[]>();
        for (var i = 0; i < watches.get(0).scorings.size(); i++) {
            var scoring = i;
            scorings.add(joined(watches, watch -> watch.scorings.get(scoring)));
        }
        return new Watch(joined(watches, Watch::labels), joined(watches, Watch::leadDays), scorings);
    }

    /** The arrays of several, one after the other. */
    static <T> float[] joined(List<T> all, Function<T, float[]> which) {
        var joined =
                new float[all.stream().mapToInt(one -> which.apply(one).length).sum()];
        var at = 0;
        for (var one : all) {
            var values = which.apply(one);
            System.arraycopy(values, 0, joined, at, values.length);
            at += values.length;
        }
        return joined;
    }

    int count() {
        return labels.length;
    }

    boolean left(int customer) {
        return labels[customer] > 0;
    }

    /** Whether somebody left and there was time to find out early. */
    boolean leftLate(int customer) {
        return left(customer) && leadDays[customer] >= EARLY_DAYS;
    }

    /** The highest probability of a customer while there were as many days left; NaN when there was none. */
    float highest(int customer, int daysLeft) {
        var highest = Float.NaN;
        for (var i = 0; i < scorings.size(); i++) {
            var probability = scorings.get(i)[customer];
            if (daysLeft(customer, i) >= daysLeft && !(probability <= highest) && !Float.isNaN(probability)) {
                highest = probability;
            }
        }
        return highest;
    }

    /** The days from a scoring to leaving; as many as there can be of somebody who stayed. */
    float daysLeft(int customer, int scoring) {
        return left(customer) ? leadDays[customer] - scoring * EVERY_DAYS : Float.POSITIVE_INFINITY;
    }
}
