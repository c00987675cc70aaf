package io.perennial.insight.health;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;

/**
 * Puts what is known of a customer into words. A sentence says what is so, with the customer's values, and is true whatever
 * they are; whether it speaks for or against the customer only decides how it is put.
 */
final class Wording {

    /** A side of a sentence. */
    private interface Sentence {
        String about(Customer customer);
    }

    /** How a feature is put when it speaks for churn, and when it speaks against. */
    private record Words(Sentence risk, Sentence positive) {

        static Words same(Sentence sentence) {
            return new Words(sentence, sentence);
        }
    }

    /**
     * Whom the sentences are about.
     *
     * @param features by name, those without a value left out
     * @param currency in which amounts are
     */
    record Customer(Map<String, Double> features, String currency) {

        private boolean knows(String feature) {
            return features.containsKey(feature);
        }

        private double value(String feature) {
            return features.getOrDefault(feature, 0.0);
        }

        private long count(String feature) {
            return Math.round(value(feature));
        }

        /** {@code 3 purchases}, {@code 1 purchase}, {@code no purchases}. */
        private String counted(String feature, String thing) {
            return number(count(feature), thing);
        }

        private String days(String feature) {
            return Wording.days(value(feature));
        }

        private String money(String feature) {
            return currency + " "
                    + BigDecimal.valueOf(value(feature))
                            .setScale(2, RoundingMode.HALF_UP)
                            .toPlainString();
        }
    }

    private static final Map<String, Words> WORDS = Map.ofEntries(
            Map.entry(
                    "recency_days",
                    new Words(
                            customer -> bought(customer)
                                    ? "No purchase for " + customer.days("recency_days") + usually(customer)
                                    : neverBought(customer),
                            customer -> bought(customer)
                                    ? "Last purchase " + customer.days("recency_days") + " ago" + usually(customer)
                                    : neverBought(customer))),
            Map.entry(
                    "frequency",
                    new Words(
                            customer ->
                                    (customer.count("frequency") > 0 && customer.count("frequency") <= 3 ? "Only " : "")
                                            + customer.counted("frequency", "purchase") + " so far",
                            customer -> customer.counted("frequency", "purchase") + " so far")),
            Map.entry("monetary", Words.same(customer -> spent(customer, "monetary", "so far"))),
            Map.entry(
                    "engagement",
                    Words.same(customer -> customer.value("engagement") == 0
                            ? "No activity in the last 90 days"
                            : "Activity of the last 90 days is worth %.1f points"
                                    .formatted(customer.value("engagement")))),
            Map.entry(
                    "tenure_days",
                    new Words(
                            customer -> "Customer for " + (customer.value("tenure_days") < 180 ? "only " : "")
                                    + customer.days("tenure_days"),
                            customer -> "Customer for " + customer.days("tenure_days"))),
            Map.entry(
                    "average_order_value",
                    Words.same(customer -> customer.knows("average_order_value")
                            ? "A purchase is worth " + customer.money("average_order_value") + " on average"
                            : "No purchase yet to tell what one is worth")),
            Map.entry(
                    "inter_purchase_gap_days",
                    Words.same(customer -> customer.knows("inter_purchase_gap_days")
                            ? "Usually " + customer.days("inter_purchase_gap_days") + " from one purchase to the next"
                            : "Too few purchases to tell how often there is one")),
            Map.entry("trend_30d", Words.same(Wording::trend)),
            Map.entry("transactions_30d", Words.same(customer -> change(customer, "transactions", "purchase"))),
            Map.entry(
                    "transactions_previous_30d", Words.same(customer -> before(customer, "transactions", "purchase"))),
            Map.entry(
                    "transactions_90d",
                    Words.same(customer -> customer.counted("transactions_90d", "purchase") + " in the last 90 days")),
            Map.entry(
                    "amount_30d",
                    Words.same(customer -> spent(customer, "amount_30d", "in the last 30 days") + ", "
                            + customer.money("amount_previous_30d") + " in the 30 before")),
            Map.entry(
                    "amount_previous_30d",
                    Words.same(
                            customer -> spent(customer, "amount_previous_30d", "in the 30 days before the last 30"))),
            Map.entry("amount_90d", Words.same(customer -> spent(customer, "amount_90d", "in the last 90 days"))),
            Map.entry(
                    "discounted_transactions",
                    Words.same(customer -> "%d of %s with a discount"
                            .formatted(
                                    customer.count("discounted_transactions"),
                                    customer.counted("frequency", "purchase")))),
            Map.entry("refunds", Words.same(customer -> customer.counted("refunds", "refund") + " so far")),
            Map.entry(
                    "failed_payments_90d",
                    Words.same(customer ->
                            customer.counted("failed_payments_90d", "failed payment") + " in the last 90 days")),
            Map.entry("events_30d", Words.same(customer -> change(customer, "events", "event"))),
            Map.entry("events_previous_30d", Words.same(customer -> before(customer, "events", "event"))),
            Map.entry(
                    "events_90d",
                    Words.same(customer -> customer.counted("events_90d", "event") + " in the last 90 days")),
            Map.entry("logins_30d", Words.same(customer -> change(customer, "logins", "login"))),
            Map.entry("logins_previous_30d", Words.same(customer -> before(customer, "logins", "login"))),
            Map.entry("feature_uses_30d", Words.same(customer -> change(customer, "feature_uses", "feature use"))),
            Map.entry(
                    "feature_uses_previous_30d",
                    Words.same(customer -> before(customer, "feature_uses", "feature use"))),
            Map.entry(
                    "support_tickets_30d",
                    Words.same(customer ->
                            customer.counted("support_tickets_30d", "support ticket") + " in the last 30 days")),
            Map.entry(
                    "support_tickets_90d",
                    Words.same(customer ->
                            customer.counted("support_tickets_90d", "support ticket") + " in the last 90 days")),
            Map.entry(
                    "days_since_last_event",
                    new Words(
                            customer -> customer.knows("days_since_last_event")
                                    ? "Nothing heard for " + customer.days("days_since_last_event")
                                    : "Nothing heard for 90 days",
                            customer -> customer.knows("days_since_last_event")
                                    ? "Last heard of " + customer.days("days_since_last_event") + " ago"
                                    : "Nothing heard for 90 days")));

    private Wording() {}

    /** The features that have words of their own. */
    static Iterable<String> features() {
        return WORDS.keySet();
    }

    /**
     * What a feature says of a customer.
     *
     * @param risk whether it speaks for churn
     */
    static String of(String feature, Customer customer, boolean risk) {
        var words = WORDS.get(feature);
        var sentence =
                words == null ? plain(feature, customer) : (risk ? words.risk() : words.positive()).about(customer);
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }

    /** For a feature that a model brings along. */
    private static String plain(String feature, Customer customer) {
        var name = feature.replace('_', ' ');
        return customer.knows(feature)
                ? name + " is "
                        + BigDecimal.valueOf(customer.value(feature))
                                .setScale(2, RoundingMode.HALF_UP)
                                .stripTrailingZeros()
                                .toPlainString()
                : name;
    }

    private static boolean bought(Customer customer) {
        return customer.count("frequency") > 0;
    }

    private static String neverBought(Customer customer) {
        return "No purchase yet, " + customer.days("tenure_days") + " after the first contact";
    }

    private static String usually(Customer customer) {
        return customer.knows("inter_purchase_gap_days")
                ? "; usually one every " + days(customer.value("inter_purchase_gap_days"), "day")
                : "";
    }

    private static String spent(Customer customer, String amount, String when) {
        return (customer.value(amount) == 0 ? "Spent nothing " : "Spent " + customer.money(amount) + " ") + when;
    }

    private static String trend(Customer customer) {
        var trend = customer.value("trend_30d");
        if (trend <= -1) {
            return "Spent nothing in the last 30 days, unlike in the 30 before";
        }
        if (trend >= 1) {
            return "Spent in the last 30 days, unlike in the 30 before";
        }
        if (trend == 0) {
            return "Spending is what it was in the 30 days before";
        }
        return trend < 0
                ? "Spending fell by %s against the 30 days before".formatted(percent(-trend))
                : "Spending grew by %s against the 30 days before".formatted(percent(trend / (1 - trend)));
    }

    private static String percent(double share) {
        var percent = Math.round(100 * share);
        return percent == 0 ? "less than 1 %" : percent + " %";
    }

    private static String change(Customer customer, String feature, String thing) {
        return "%s in the last 30 days, %s in the 30 before"
                .formatted(
                        customer.counted(feature + "_30d", thing),
                        customer.count(feature + "_previous_30d") == 0
                                ? "none"
                                : customer.count(feature + "_previous_30d"));
    }

    private static String before(Customer customer, String feature, String thing) {
        return customer.counted(feature + "_previous_30d", thing) + " in the 30 days before the last 30";
    }

    private static String number(long count, String thing) {
        return count == 0 ? "no " + thing + "s" : count + " " + thing + (count == 1 ? "" : "s");
    }

    private static String days(double days) {
        return days(days, "1 day");
    }

    private static String days(double days, String one) {
        var whole = Math.round(days);
        return whole < 1 ? "less than a day" : whole == 1 ? one : whole + " days";
    }
}
