package io.perennial.models.lifetime;

import java.util.Arrays;

/**
 * What customers spent on a day with a purchase after the first one, counted over customers who are alike: all that a
 * {@link GammaGamma} is fitted to. Mean values may come from a logarithmic grid, which bounds how many kinds of customers
 * there can be: a value is then at most 0.13 % off, to either side alike.
 */
public final class SpendHistories {

    /** Steps of the grid while a value grows by the factor e. */
    public static final int GRID = 400;

    private int[] frequencies = new int[64];
    private double[] logMeans = new double[64];
    private int[] counts = new int[64];
    private int size;
    private long customers;
    private double total;
    private int maxFrequency;

    /**
     * Adds customers who are alike.
     *
     * @param frequency days with a purchase after the first, 1 or more
     * @param meanValue of the purchases of such a day, more than 0
     * @param count of the customers, 1 or more
     * @throws IllegalArgumentException when it is not so
     */
    public void add(int frequency, double meanValue, int count) {
        if (!(meanValue > 0)) {
            throw new IllegalArgumentException("A mean value of %s".formatted(meanValue));
        }
        addLog(frequency, Math.log(meanValue), count);
    }

    /**
     * Adds customers whose mean value was rounded to the grid.
     *
     * @param step the logarithm of the mean value times {@link #GRID}, rounded
     */
    public void addStep(int frequency, int step, int count) {
        addLog(frequency, (double) step / GRID, count);
    }

    private void addLog(int frequency, double logMean, int count) {
        if (frequency < 1 || count < 1) {
            throw new IllegalArgumentException("%d customers with frequency %d".formatted(count, frequency));
        }
        if (size == counts.length) {
            frequencies = Arrays.copyOf(frequencies, 2 * size);
            logMeans = Arrays.copyOf(logMeans, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        frequencies[size] = frequency;
        logMeans[size] = logMean;
        counts[size] = count;
        size++;
        customers += count;
        total += Math.exp(logMean) * count;
        maxFrequency = Math.max(maxFrequency, frequency);
    }

    /** The number of customers. */
    public long customers() {
        return customers;
    }

    /** The kinds of customers. */
    int size() {
        return size;
    }

    int frequency(int index) {
        return frequencies[index];
    }

    double logMean(int index) {
        return logMeans[index];
    }

    int count(int index) {
        return counts[index];
    }

    /** The highest frequency. */
    int maxFrequency() {
        return maxFrequency;
    }

    /** The mean over customers of their mean values. */
    double mean() {
        return total / customers;
    }
}
