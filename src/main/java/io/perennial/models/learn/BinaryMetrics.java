package io.perennial.models.learn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.hipparchus.stat.ranking.NaNStrategy;
import org.hipparchus.stat.ranking.NaturalRanking;
import org.hipparchus.stat.ranking.TiesStrategy;
import org.hipparchus.util.FastMath;

/**
 * How good predicted probabilities are. Rows of equal probability are in no order: where one matters, the expectation over
 * all of them is taken.
 *
 * @param prevalence share of the rows in which it happened, 0..1
 * @param auc area under the receiver operating characteristic: how often a row in which it happened has the higher
 *     probability of two; null when all labels are the same
 * @param prAuc area under the precision-recall curve, as the average precision; null when it never happened
 * @param logLoss mean negative natural logarithm of the probability of what happened
 * @param brier mean squared distance of probability and label, 0..1
 * @param expectedCalibrationError mean distance of predicted and observed over the bins of the curve, weighted by their
 *     rows, 0..1
 * @param calibrationCurve up to ten bins of equally many rows, by rising probability
 * @param topTenth of the rows with the highest tenth of probabilities
 * @param topFifth of the rows with the highest fifth of probabilities
 */
public record BinaryMetrics(
        int count,
        double prevalence,
        Double auc,
        Double prAuc,
        double logLoss,
        double brier,
        double expectedCalibrationError,
        List<Bin> calibrationCurve,
        Top topTenth,
        Top topFifth)
        implements Metrics {

    /** The least probability that a logarithm is taken of. */
    static final double CERTAIN = 1e-7;

    private static final int BINS = 10;

    /**
     * Neighbours by probability.
     *
     * @param predicted mean of the probabilities
     * @param observed share of the rows in which it happened
     */
    public record Bin(double predicted, double observed, int count) {}

    /**
     * The rows with the highest probabilities.
     *
     * @param precision share of them in which it happened, 0..1
     * @param recall share of all in which it happened that are among them, 0..1; null when it never happened
     * @param lift how many times as often it happened in them as in all; null when it never happened
     */
    public record Top(double precision, Double recall, Double lift) {}

    static BinaryMetrics of(float[] labels, float[] predictions) {
        var ranked = new Ranked(labels, predictions);
        var logLoss = 0.0;
        var brier = 0.0;
        for (var i = 0; i < labels.length; i++) {
            var probability = labels[i] > 0 ? (double) predictions[i] : 1.0 - predictions[i];
            logLoss -= FastMath.log(Math.max(probability, CERTAIN));
            brier += (1 - probability) * (1 - probability);
        }
        var curve = ranked.curve();
        return new BinaryMetrics(
                labels.length,
                ranked.positives / labels.length,
                ranked.auc(),
                ranked.averagePrecision(),
                logLoss / labels.length,
                brier / labels.length,
                calibrationError(curve, labels.length),
                curve,
                ranked.top(0.1),
                ranked.top(0.2));
    }

    private static double calibrationError(List<Bin> curve, int rows) {
        return curve.stream()
                        .mapToDouble(bin -> bin.count() * Math.abs(bin.predicted() - bin.observed()))
                        .sum()
                / rows;
    }

    @Override
    public double loss() {
        return logLoss;
    }

    /** The rows by falling probability, each with the mean label of all that have its probability. */
    private static final class Ranked {

        private final float[] labels;
        private final double[] probabilities;
        private final int[] order;
        private final double[] expected;
        private final int[] ends;
        private final double positives;

        Ranked(float[] labels, float[] predictions) {
            this.labels = labels;
            this.probabilities = IntStream.range(0, predictions.length)
                    .mapToDouble(i -> predictions[i])
                    .toArray();
            this.order = IntStream.range(0, labels.length)
                    .boxed()
                    .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            this.expected = new double[labels.length];
            this.ends = new int[labels.length];
            var sum = 0.0;
            for (var from = 0; from < order.length; from = ends[from]) {
                sum += fillTie(from);
            }
            this.positives = sum;
        }

        /** The number of those in the tie in which it happened. */
        private double fillTie(int from) {
            var to = from;
            var happened = 0.0;
            while (to < order.length && probabilities[order[to]] == probabilities[order[from]]) {
                happened += labels[order[to++]];
            }
            for (var i = from; i < to; i++) {
                ends[i] = to;
                expected[i] = happened / (to - from);
            }
            return happened;
        }

        /** By the ranks of those in which it happened (Mann and Whitney, 1947). */
        Double auc() {
            var negatives = labels.length - positives;
            if (positives == 0 || negatives == 0) {
                return null;
            }
            var ranks = new NaturalRanking(NaNStrategy.FAILED, TiesStrategy.AVERAGE).rank(probabilities);
            var sum = 0.0;
            for (var i = 0; i < ranks.length; i++) {
                sum += labels[i] > 0 ? ranks[i] : 0;
            }
            return (sum - positives * (positives + 1) / 2) / (positives * negatives);
        }

        /** The precision at every threshold, weighted by the recall that the threshold adds. */
        Double averagePrecision() {
            if (positives == 0) {
                return null;
            }
            var found = 0.0;
            var area = 0.0;
            for (var from = 0; from < order.length; from = ends[from]) {
                var added = expected[from] * (ends[from] - from);
                found += added;
                area += found / ends[from] * added;
            }
            return area / positives;
        }

        Top top(double share) {
            var rows = (int) Math.max(1, Math.round(share * order.length));
            var found = sum(0, rows, i -> expected[i]);
            var precision = found / rows;
            return positives == 0
                    ? new Top(precision, null, null)
                    : new Top(precision, found / positives, precision * labels.length / positives);
        }

        List<Bin> curve() {
            var bins = new ArrayList<Bin>();
            for (var bin = BINS; bin > 0; bin--) {
                var from = (int) ((long) order.length * (bin - 1) / BINS);
                var to = (int) ((long) order.length * bin / BINS);
                if (to > from) {
                    bins.add(new Bin(
                            sum(from, to, i -> probabilities[order[i]]) / (to - from),
                            sum(from, to, i -> expected[i]) / (to - from),
                            to - from));
                }
            }
            return List.copyOf(bins);
        }

        private static double sum(int from, int to, IntToDoubleFunction value) {
            return IntStream.range(from, to).mapToDouble(value).sum();
        }
    }
}
