package io.perennial.models;

import java.util.List;

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

    /**
     * What one feature adds to the probability.
     *
     * @param feature a column of {@code customer_feature}
     * @param sql of the part, {@code double precision}, 0 up to {@code most} unless the other payment risk is absent
     * @param most SQL of the part when everything is as bad as it gets
     */
    public record Part(String feature, String sql, String most) {}

    /**
     * The probability in parts, one for each feature that it is computed from: they add up to it, and what they are at most
     * adds up to 1. What overdue and failed payments have in common is shared evenly between the two, which is their Shapley
     * value (Shapley 1953): {@code overdue × (1 − failures ÷ 2)} and {@code failures × (1 − overdue ÷ 2)}.
     *
     * @param f as of {@link #probability}
     * @param horizon as of {@link #probability}
     */
    public static List<Part> parts(String f, String horizon) {
        var overdue = overdue(horizon);
        var failures = "least(1, f.failed_payments_90d / 3.0::float8)";
        var tickets = "least(1, f.support_tickets_30d / 3.0::float8)";
        return List.of(
                        new Part("recency_days", "0.5 * %s * (1 - %s / 2)".formatted(overdue, failures), "0.25"),
                        new Part("failed_payments_90d", "0.5 * %s * (1 - %s / 2)".formatted(failures, overdue), "0.25"),
                        new Part(
                                "transactions_30d",
                                "0.3 * %s * %s"
                                        .formatted(
                                                fall("f.transactions_30d", "f.transactions_previous_30d"),
                                                withEvents("0.4", "1")),
                                "0.3 * " + withEvents("0.4", "1")),
                        new Part(
                                "events_30d",
                                "0.3 * %s * %s"
                                        .formatted(
                                                fall("f.events_30d", "f.events_previous_30d"), withEvents("0.4", "0")),
                                "0.3 * " + withEvents("0.4", "0")),
                        new Part(
                                "support_tickets_30d",
                                "0.3 * %s * %s".formatted(tickets, withEvents("0.2", "0")),
                                "0.3 * " + withEvents("0.2", "0")),
                        new Part("frequency", "0.1 / greatest(f.frequency, 1)::float8", "0.1"),
                        new Part("tenure_days", "0.1 * power(2, -f.tenure_days / 180)", "0.1"))
                .stream()
                .map(part -> new Part(
                        part.feature(),
                        part.sql().replace("f.", f + "."),
                        part.most().replace("f.", f + ".")))
                .toList();
    }

    private static String withEvents(String some, String none) {
        return "(case when f.events_90d = 0 then %s else %s end)::float8".formatted(none, some);
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
