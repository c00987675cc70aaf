package io.perennial.models.lifetime;

import java.util.HashMap;
import java.util.Map;

/**
 * What customers will buy in a year to come. What only depends on how often and since when a customer buys is computed once
 * for all who are alike. Used by one thread at a time.
 */
final class LifetimeForecast {

    private static final double DAYS_PER_WEEK = 7;
    private static final double WEEKS = 365 / DAYS_PER_WEEK;

    private final LifetimeModel model;
    private final Map<Long, Double> transactionsIfAlive = new HashMap<>();

    LifetimeForecast(LifetimeModel model) {
        this.model = model;
    }

    /** Expected days with a purchase in the next 365 days. */
    double transactions(int frequency, int recencyDays, int ageDays) {
        var ifAlive = transactionsIfAlive.computeIfAbsent(
                ((long) frequency << 32) | ageDays,
                known -> model.purchases().expectedTransactionsIfAlive(frequency, ageDays / DAYS_PER_WEEK, WEEKS));
        return ifAlive
                * model.purchases().probabilityAlive(frequency, recencyDays / DAYS_PER_WEEK, ageDays / DAYS_PER_WEEK);
    }

    /** Expected value of a day with a purchase. Its model has a mean, see {@link GammaGamma#populationMean}. */
    double spend(int frequency, double meanValue) {
        return model.spend().expectedValue(frequency, meanValue).orElseThrow();
    }
}
