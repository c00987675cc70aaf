package io.perennial.models.lifetime;

import java.util.Arrays;

/**
 * How often and when customers bought, counted over customers who are alike: all that a {@link BetaGeometric} is fitted to.
 * A history is the number of days with a purchase after the first one (frequency), the time from the first to the last of
 * them (recency) and the time from the first to the end of the observation (age). It takes 16 bytes for each kind of
 * customer, however many there are of it.
 */
public final class PurchaseHistories {

    private final double daysPerUnit;
    private int[] frequencies = new int[64];
    private int[] recencies = new int[64];
    private int[] ages = new int[64];
    private int[] counts = new int[64];
    private int size;
    private long customers;
    private long repeatCustomers;
    private double purchases;
    private double time;
    private int maxFrequency;
    private int maxAge;

    private PurchaseHistories(double daysPerUnit) {
        this.daysPerUnit = daysPerUnit;
    }

    /** No histories yet, of whom a model reckons time in weeks. */
    public static PurchaseHistories inWeeks() {
        return new PurchaseHistories(7);
    }

    /** No histories yet, of whom a model reckons time in days. */
    public static PurchaseHistories inDays() {
        return new PurchaseHistories(1);
    }

    /**
     * Adds customers who are alike.
     *
     * @param frequency days with a purchase after the first, 0 or more
     * @param recencyDays from the first to the last of them, 0 when there was only one
     * @param ageDays from the first to the end of the observation, no less than {@code recencyDays}
     * @param count of the customers, 1 or more
     * @throws IllegalArgumentException when it is not so
     */
    public void add(int frequency, int recencyDays, int ageDays, int count) {
        if (frequency < 0
                || recencyDays < 0
                || (frequency == 0 && recencyDays > 0)
                || ageDays < recencyDays
                || count < 1) {
            throw new IllegalArgumentException("%d customers with frequency %d, recency %d days, age %d days"
                    .formatted(count, frequency, recencyDays, ageDays));
        }
        if (size == counts.length) {
            grow();
        }
        frequencies[size] = frequency;
        recencies[size] = recencyDays;
        ages[size] = ageDays;
        counts[size] = count;
        size++;
        customers += count;
        repeatCustomers += frequency > 0 ? count : 0;
        purchases += (double) frequency * count;
        time += ageDays / daysPerUnit * count;
        maxFrequency = Math.max(maxFrequency, frequency);
        maxAge = Math.max(maxAge, ageDays);
    }

    private void grow() {
        frequencies = Arrays.copyOf(frequencies, 2 * size);
        recencies = Arrays.copyOf(recencies, 2 * size);
        ages = Arrays.copyOf(ages, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
    }

    /** The number of customers. */
    public long customers() {
        return customers;
    }

    /** The number of customers who bought on more than one day. */
    public long repeatCustomers() {
        return repeatCustomers;
    }

    /** The kinds of customers. */
    int size() {
        return size;
    }

    int frequency(int index) {
        return frequencies[index];
    }

    int recencyDays(int index) {
        return recencies[index];
    }

    int ageDays(int index) {
        return ages[index];
    }

    int count(int index) {
        return counts[index];
    }

    double daysPerUnit() {
        return daysPerUnit;
    }

    /** The highest frequency. */
    int maxFrequency() {
        return maxFrequency;
    }

    /** The highest age in days. */
    int maxAge() {
        return maxAge;
    }

    /** The mean frequency. */
    double meanFrequency() {
        return purchases / customers;
    }

    /** The mean age, in the unit of time. */
    double meanAge() {
        return time / customers;
    }
}
