package io.perennial.models;

/**
 * The churn probability by rules, for when there is no trained model: the weighted risks of payment, behaviour and account,
 * {@code 0.5 × payment + 0.3 × behaviour + 0.2 × account}, each in 0..1 and computed from the feature set alone.
 *
 * <ul>
 *   <li>payment: {@code 1 − (1 − overdue) × (1 − failures)}, where {@code overdue} grows from 0, when the customer is within
 *       the usual gap between their transactions, to 1 at four times that gap, and {@code failures} is a third of the failed
 *       payments of the last 90 days
 *   <li>behaviour: the fall of transactions, and of events where there are any, from the last-but-one to the last 30 days,
 *       and the support tickets of the last 30 days, of which three are as bad as it gets
 *   <li>account: half of it for a short history (1 ÷ transactions), half for a young account (1 at the start, half after
 *       180 days)
 * </ul>
 */
public final class ChurnRules {

    /** What scores by these rules say of themselves. */
    public static final String VERSION = "rules-1";

    private ChurnRules() {}

    /**
     * The probability as an SQL expression of type {@code double precision}.
     *
     * @param f alias of a feature set, a row with the columns of {@code customer_feature}
     * @param horizon SQL for the days without a transaction after which the organization counts a customer as churned; it
     *     stands in for the usual gap of customers who do not have one yet
     */
    public static String probability(String f, String horizon) {
        return """
                (0.5 * (1 - (1 - %1$s) * (1 - least(1, f.failed_payments_90d / 3.0::float8)))
                    + 0.3 * %2$s
                    + 0.2 * (0.5 / greatest(f.frequency, 1) + 0.5 * power(2, -f.tenure_days / 180)))""".formatted(overdue(horizon), behaviour()).replace("f.", f + ".");
    }

    private static String overdue(String horizon) {
        return "least(1, greatest(0, (f.recency_days / greatest(coalesce(f.inter_purchase_gap_days, %s), 7) - 1) / 3))"
                .formatted(horizon);
    }

    private static String behaviour() {
        return """
                (case when f.events_90d = 0 then %1$s else 0.4 * %1$s + 0.4 * %2$s
                    + 0.2 * least(1, f.support_tickets_30d / 3.0::float8) end)""".formatted(
                        fall("f.transactions_30d", "f.transactions_previous_30d"),
                        fall("f.events_30d", "f.events_previous_30d"));
    }

    /** 1 when nothing happens any more, 0 when as much or more happens than before. */
    private static String fall(String now, String before) {
        return "(case when %1$s = 0 then 1 when %1$s >= %2$s then 0 else 1 - %1$s / %2$s::float8 end)"
                .formatted(now, before);
    }
}
