package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** Banks: customers log in, use features, look at their balance and ask for support. */
final class Banking {

    private static final String[] SUPPORT_CONTACTS = {"support_ticket", "support_call", "complaint"};

    static final Profile PROFILE = new Profile(
            OrgType.BANKING,
            null,
            30,
            5,
            60,
            false,
            List.of("login", "feature_use", "balance_check"),
            List.of(
                    Metric.events("logins_last_7_days", "Logins in the last 7 days", Window.last(7), "login"),
                    Metric.events("logins_prev_7_days", "Logins in the 7 days before", Window.previous(7), "login"),
                    Metric.events("logins_last_30_days", "Logins in the last 30 days", Window.last(30), "login"),
                    Metric.events("logins_prev_30_days", "Logins in the 30 days before", Window.previous(30), "login"),
                    Metric.events(
                            "features_used_last_30_days",
                            "Uses of features in the last 30 days",
                            Window.last(30),
                            "feature_use"),
                    Metric.events(
                            "features_used_prev_30_days",
                            "Uses of features in the 30 days before",
                            Window.previous(30),
                            "feature_use"),
                    Metric.events(
                            "balance_checks_last_30_days",
                            "Looks at the balance in the last 30 days",
                            Window.last(30),
                            "balance_check"),
                    Metric.events(
                            "support_contacts_last_30_days",
                            "Tickets, support calls and complaints of the last 30 days",
                            Window.last(30),
                            SUPPORT_CONTACTS),
                    Metric.events(
                            "support_contacts_prev_30_days",
                            "Tickets, support calls and complaints of the 30 days before",
                            Window.previous(30),
                            SUPPORT_CONTACTS)),
            List.of(
                    Metric.purchases(
                            "transactions_last_30_days", "Completed transactions of the last 30 days", Window.last(30)),
                    Metric.purchases(
                            "transactions_prev_30_days",
                            "Completed transactions of the 30 days before",
                            Window.previous(30)),
                    Metric.purchases(
                            "transactions_last_90_days", "Completed transactions of the last 90 days", Window.last(90)),
                    new Metric(
                            "products_used_last_90_days",
                            "Categories of the transactions of the last 90 days: cross-product usage",
                            "count(distinct category) filter (where status = 'completed' and %s)"
                                    .formatted(Window.last(90).condition()),
                            "0")),
            List.of(),
            List.of(
                    new Signal(
                            "login_frequency_decline",
                            "By how much logins of the last 30 days fell, from at least 4 in the 30 days before",
                            Signal.decline("logins_last_30_days", "logins_prev_30_days", 4),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            50,
                            Urgency.HIGH,
                            "Send re-engagement email highlighting new mobile app features"),
                    new Signal(
                            "transaction_volume_drop",
                            "By how much transactions of the last 30 days fell, from at least 4 in the 30 days before",
                            Signal.decline("transactions_last_30_days", "transactions_prev_30_days", 4),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            50,
                            Urgency.HIGH,
                            "Reach out to understand if customer needs have changed"),
                    new Signal(
                            "feature_abandonment",
                            "By how much uses of features fell in the last 30 days, from at least 3 in the 30 before",
                            Signal.decline("features_used_last_30_days", "features_used_prev_30_days", 3),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            60,
                            Urgency.MEDIUM,
                            "Provide tutorials or webinars on abandoned features"),
                    new Signal(
                            "balance_checking_without_action",
                            "Looks at the balance in the last 30 days when there was no transaction in them",
                            Signal.when("transactions_last_30_days = 0", "balance_checks_last_30_days"),
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            3,
                            Urgency.MEDIUM,
                            "Offer savings or payment products that put the idle balance to use"),
                    new Signal(
                            "single_product_usage",
                            "Categories used in the last 90 days, by at least 3 transactions",
                            Signal.when(
                                    "transactions_last_90_days >= 3 and products_used_last_90_days > 0",
                                    "products_used_last_90_days"),
                            Direction.AT_MOST,
                            Unit.TIMES,
                            1,
                            Urgency.LOW,
                            "Introduce a second product that fits the one in use"),
                    new Signal(
                            "support_contact_spike",
                            "How many more support contacts there were in the last 30 days than in the 30 before",
                            "support_contacts_last_30_days - support_contacts_prev_30_days",
                            Direction.AT_LEAST,
                            Unit.TIMES,
                            2,
                            Urgency.HIGH,
                            "Let a senior adviser call and settle the open matters")));

    private Banking() {}
}
