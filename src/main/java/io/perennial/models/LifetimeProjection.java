package io.perennial.models;

/**
 * The lifetime value to go by, in SQL: that of the model, else what the customer buys in a year at the usual rate, times the
 * probability to stay, average order value × purchases per day of tenure (of 30 days at least) × 365 × (1 − churn
 * probability).
 */
public final class LifetimeProjection {

    /** What projected lifetime values say of themselves. */
    public static final String VERSION = "projection-1";

    private LifetimeProjection() {}

    /**
     * The value as an SQL expression of type {@code double precision}, in the currency of the organization, 0 or more; 0 for
     * somebody who has not bought yet and of whom no model says anything.
     *
     * @param f alias of a row with the columns {@code average_order_value}, {@code frequency} and {@code tenure_days} of
     *     {@code customer_feature}
     * @param learned SQL of what the model says, {@code double precision}; null when there is no model
     * @param churnProbability SQL of the churn probability, 0..1
     */
    public static String value(String f, String learned, String churnProbability) {
        return """
                coalesce(case when %2$s < 0 then 0 else %2$s end, (%1$s.average_order_value * %1$s.frequency)::float8
                        / greatest(%1$s.tenure_days, 30) * 365 * (1 - %3$s)::float8, 0)""".formatted(f, learned, churnProbability);
    }
}
