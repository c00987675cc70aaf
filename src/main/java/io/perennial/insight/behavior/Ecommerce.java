package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** Shops: customers browse, fill carts and leave them, order, and send back. */
final class Ecommerce {

    private static final String LAST_90_DAYS = Window.last(90).condition();

    static final Profile PROFILE = new Profile(
            OrgType.ECOMMERCE,
            null,
            30,
            5,
            90,
            true,
            List.of("login", "browse", "page_view", "cart_add"),
            List.of(
                    Metric.events(
                            "browses_last_90_days",
                            "Visits and page views of the last 90 days",
                            Window.last(90),
                            "browse",
                            "page_view"),
                    Metric.events(
                            "cart_additions_last_90_days",
                            "Things put into carts in the last 90 days",
                            Window.last(90),
                            "cart_add"),
                    Metric.events(
                            "carts_abandoned_last_90_days",
                            "Carts left behind in the last 90 days",
                            Window.last(90),
                            "cart_abandon"),
                    Metric.events("_returns", null, Window.last(90), "return")),
            List.of(
                    Metric.purchases("orders_last_90_days", "Orders of the last 90 days", Window.last(90)),
                    Metric.purchases("orders_prev_90_days", "Orders of the 90 days before", Window.previous(90)),
                    Metric.spent("_spent_last_90", null, Window.last(90)),
                    Metric.spent("_spent_prev_90", null, Window.previous(90)),
                    Metric.transactions("_discounted", null, "completed", LAST_90_DAYS + " and discount > 0"),
                    Metric.transactions(
                            "_in_new_categories",
                            null,
                            "completed",
                            LAST_90_DAYS + " and category is not null and category_since > :days_90"),
                    Metric.transactions(
                            "_categorized_earlier",
                            null,
                            "completed",
                            "category is not null and occurred_at <= :days_90"),
                    Metric.transactions("_refunds", null, "refunded", LAST_90_DAYS)),
            List.of(
                    Metric.derived(
                            "returns_last_90_days",
                            "Returns or, if those are more, refunds of the last 90 days",
                            "greatest(_returns, _refunds)"),
                    Metric.derived(
                            "cart_abandonment_rate",
                            "Carts left behind, in per cent of these and the orders, of the last 90 days",
                            "round(100.0 * carts_abandoned_last_90_days"
                                    + " / nullif(carts_abandoned_last_90_days + orders_last_90_days, 0), 2)"),
                    Metric.derived(
                            "average_order_value_last_90_days",
                            "Mean amount of the orders of the last 90 days",
                            "round(_spent_last_90 / nullif(orders_last_90_days, 0), 2)"),
                    Metric.derived(
                            "average_order_value_prev_90_days",
                            "Mean amount of the orders of the 90 days before",
                            "round(_spent_prev_90 / nullif(orders_prev_90_days, 0), 2)"),
                    Metric.derived(
                            "browse_to_buy_ratio",
                            "Orders in per cent of the visits and page views of the last 90 days",
                            "round(100.0 * orders_last_90_days / nullif(browses_last_90_days, 0), 2)"),
                    Metric.derived(
                            "return_rate",
                            "Returns in per cent of the orders of the last 90 days, 100 at most",
                            "round(100.0 * least(greatest(_returns, _refunds), orders_last_90_days)"
                                    + " / nullif(orders_last_90_days, 0), 2)"),
                    Metric.derived(
                            "discount_usage_percent",
                            "Orders with a discount, in per cent of those of the last 90 days",
                            "round(100.0 * _discounted / nullif(orders_last_90_days, 0), 2)"),
                    Metric.derived(
                            "new_category_percent",
                            "Orders of categories never bought before, in per cent of those of the last 90 days",
                            "round(100.0 * _in_new_categories / nullif(orders_last_90_days, 0), 2)")),
            List.of(
                    new Signal(
                            "high_cart_abandonment",
                            "Cart abandonment rate of the last 90 days, of at least 3 carts; the usual is 70 % (Baymard)",
                            Signal.when(
                                    "carts_abandoned_last_90_days + orders_last_90_days >= 3", "cart_abandonment_rate"),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            70,
                            Urgency.HIGH,
                            "Send cart reminders and find out what stops the customer at the checkout"),
                    new Signal(
                            "category_shift",
                            "Share of new categories among at least 2 orders of the last 90 days, after at least 2 with one before",
                            Signal.when(
                                    "orders_last_90_days >= 2 and _categorized_earlier >= 2", "new_category_percent"),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            60,
                            Urgency.LOW,
                            "Refresh the recommendations and present the new favourite categories"),
                    new Signal(
                            "discount_dependency",
                            "Share of orders with a discount among at least 3 of the last 90 days",
                            Signal.when("orders_last_90_days >= 3", "discount_usage_percent"),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            60,
                            Urgency.MEDIUM,
                            "Move from discounts to loyalty points and early access"),
                    new Signal(
                            "basket_size_decline",
                            "By how much the mean order of the last 90 days fell, from at least 2 orders to at least 2",
                            Signal.when(
                                    "orders_last_90_days >= 2 and orders_prev_90_days >= 2 and _spent_prev_90 > 0",
                                    "100 * (1 - (_spent_last_90 * orders_prev_90_days)"
                                            + " / (_spent_prev_90 * orders_last_90_days))"),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            30,
                            Urgency.MEDIUM,
                            "Suggest bundles and free shipping from a basket a little larger"),
                    new Signal(
                            "low_browse_to_buy",
                            "Orders in per cent of at least 10 visits and page views of the last 90 days",
                            Signal.when("browses_last_90_days >= 10", "browse_to_buy_ratio"),
                            Direction.AT_MOST,
                            Unit.PERCENT,
                            5,
                            Urgency.MEDIUM,
                            "Show what was looked at again, with reviews and help to choose"),
                    new Signal(
                            "high_return_rate",
                            "Return rate of the last 90 days, of at least 3 orders",
                            Signal.when("orders_last_90_days >= 3", "return_rate"),
                            Direction.AT_LEAST,
                            Unit.PERCENT,
                            30,
                            Urgency.HIGH,
                            "Ask for the reasons of the returns and improve sizes and descriptions")));

    private Ecommerce() {}
}
