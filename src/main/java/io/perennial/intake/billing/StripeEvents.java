package io.perennial.intake.billing;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.perennial.intake.InvalidValue;

/**
 * Says in Perennial's words what Stripe's events say. Fields that newer versions of Stripe's API have moved are looked for where
 * they are and where they were.
 *
 * @see <a href="https://docs.stripe.com/api/events/types">Stripe: types of events</a>
 * @see <a href="https://docs.stripe.com/changelog">Stripe: changelog of the API</a>
 */
final class StripeEvents {

    /** @see <a href="https://docs.stripe.com/currencies#zero-decimal">Stripe: zero-decimal currencies</a> */
    private static final Set<String> WITHOUT_DECIMALS = Set.of(
            "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF");

    /** @see <a href="https://docs.stripe.com/currencies#three-decimal">Stripe: three-decimal currencies</a> */
    private static final Set<String> WITH_THREE_DECIMALS = Set.of("BHD", "JOD", "KWD", "OMR", "TND");

    private static final Map<String, String> STATUSES =
            Map.of("canceled", "cancelled", "incomplete_expired", "cancelled");

    /** Months of an interval; weeks and days as in the database. */
    private static final Map<String, BigDecimal> MONTHS = Map.of(
            "day",
            new BigDecimal(12).divide(new BigDecimal(365), MathContext.DECIMAL64),
            "week",
            new BigDecimal(84).divide(new BigDecimal(365), MathContext.DECIMAL64),
            "month",
            BigDecimal.ONE,
            "year",
            new BigDecimal(12));

    private final JsonNode object;
    private final JsonNode before;
    private final Map<String, String> fields = new HashMap<>();

    private StripeEvents(JsonNode event) {
        this.object = event.path("data").path("object");
        this.before = event.path("data").path("previous_attributes");
    }

    /**
     * The fields that an event has in Perennial's words; null when its type is not of interest.
     *
     * @throws InvalidValue when it has no object, or an amount is none
     */
    static UnaryOperator<String> fields(String type, JsonNode event) throws InvalidValue {
        var read = new StripeEvents(event);
        switch (type) {
            case "invoice.payment_failed" -> read.invoice(BillingType.PAYMENT_FAILED);
            case "invoice.paid", "invoice.payment_succeeded" -> read.invoice(BillingType.PAYMENT_SUCCEEDED);
            case "customer.subscription.created" -> read.subscription(BillingType.SUBSCRIPTION_CREATED);
            case "customer.subscription.updated" -> read.subscription(read.update());
            case "customer.subscription.deleted" -> read.deletion();
            case "customer.source.expiring" -> read.expiry();
            default -> {
                return null;
            }
        }
        read.put("occurred_at", instant(event.path("created")));
        return read.fields::get;
    }

    private void invoice(BillingType type) throws InvalidValue {
        begin(type);
        var parent = object.path("parent").path("subscription_details");
        var currency = currency(object);
        put("payment_id", id(object));
        put("subscription_id", first(id(object.path("subscription")), id(parent.path("subscription"))));
        put("currency", currency);
        if (type == BillingType.PAYMENT_SUCCEEDED) {
            put("amount", amount("amount_paid", object.path("amount_paid"), currency));
            return;
        }
        var due = object.hasNonNull("amount_remaining") ? "amount_remaining" : "amount_due";
        put("amount", amount(due, object.path(due), currency));
        put("attempt_count", number(object.path("attempt_count")));
        put("next_attempt_at", instant(object.path("next_payment_attempt")));
        var error = object.path("payment_intent").path("last_payment_error");
        put("reason", first(text(error.path("decline_code")), text(error.path("code")), text(error.path("message"))));
    }

    private BillingType update() {
        var ends = endsItself(object);
        if (before.has("cancel_at_period_end") || before.has("cancel_at") || before.has("canceled_at")) {
            var ended = endsItself(merged());
            if (ends && !ended) {
                return BillingType.SUBSCRIPTION_CANCELLED;
            }
            if (!ends && ended) {
                return BillingType.SUBSCRIPTION_REACTIVATED;
            }
        }
        return BillingType.SUBSCRIPTION_UPDATED;
    }

    private static boolean endsItself(JsonNode subscription) {
        return subscription.path("cancel_at_period_end").asBoolean() || subscription.hasNonNull("cancel_at");
    }

    private JsonNode merged() {
        var merged = object.<com.fasterxml.jackson.databind.node.ObjectNode>deepCopy();
        before.properties().forEach(field -> merged.set(field.getKey(), field.getValue()));
        return merged;
    }

    private void subscription(BillingType type) throws InvalidValue {
        requireObject();
        var price = Price.of(object);
        var oldPrice = before.has("items") || before.has("plan") || before.has("quantity") ? Price.of(merged()) : null;
        var isDowngrade = type == BillingType.SUBSCRIPTION_UPDATED
                && price != null
                && oldPrice != null
                && price.currency().equals(oldPrice.currency())
                && price.monthly().compareTo(oldPrice.monthly()) < 0;
        begin(isDowngrade ? BillingType.PLAN_DOWNGRADED : type);
        if (isDowngrade) {
            put("previous_plan", oldPrice.plan());
        }
        put("subscription_id", id(object));
        put("status", STATUSES.getOrDefault(object.path("status").asText(), text(object.path("status"))));
        put("started_at", instant(object.path("start_date")));
        put(
                "current_period_end",
                first(
                        instant(object.path("current_period_end")),
                        instant(object.path("items").path("data").path(0).path("current_period_end"))));
        put(
                "will_renew",
                String.valueOf(
                        !endsItself(object) && !object.path("status").asText().equals("canceled")));
        put("cancelled_at", instant(object.path("canceled_at")));
        put(
                "ends_at",
                first(
                        instant(object.path("ended_at")),
                        instant(object.path("cancel_at")),
                        object.path("cancel_at_period_end").asBoolean() ? fields.get("current_period_end") : null));
        var details = object.path("cancellation_details");
        put(
                "reason",
                first(text(details.path("feedback")), text(details.path("comment")), text(details.path("reason"))));
        if (price != null) {
            put("plan", price.plan());
            put("amount", price.amount().toPlainString());
            put("currency", price.currency());
            put("billing_interval", price.interval());
            put("interval_count", String.valueOf(price.count()));
        }
    }

    private void deletion() throws InvalidValue {
        subscription(BillingType.SUBSCRIPTION_CANCELLED);
        fields.put("status", "cancelled");
        fields.put("will_renew", "false");
    }

    /** A card is good until the end of the month that is written on it. */
    private void expiry() throws InvalidValue {
        begin(BillingType.PAYMENT_METHOD_EXPIRING);
        put("payment_method_id", id(object));
        var year = object.path("exp_year").asInt();
        var month = object.path("exp_month").asInt();
        if (year < 2000 || year > 9998 || month < 1 || month > 12) {
            throw new InvalidValue("exp_month", "and exp_year are not the end of a card");
        }
        put(
                "expires_at",
                YearMonth.of(year, month)
                        .plusMonths(1)
                        .atDay(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                        .toString());
    }

    private void begin(BillingType type) throws InvalidValue {
        requireObject();
        put("type", type.value());
        put("customer_id", id(object.path("customer")));
    }

    private void requireObject() throws InvalidValue {
        if (!object.isObject()) {
            throw new InvalidValue("data.object", "is missing");
        }
    }

    private void put(String field, String value) {
        if (value != null) {
            fields.put(field, value);
        }
    }

    /** The id of an object that may be there in whole or by its id only. */
    private static String id(JsonNode reference) {
        return text(reference.isObject() ? reference.path("id") : reference);
    }

    private static String text(JsonNode node) {
        return node.isTextual() ? node.asText() : null;
    }

    private static String number(JsonNode node) {
        return node.isNumber() ? node.asText() : null;
    }

    /** Stripe writes instants as seconds since 1970. */
    private static String instant(JsonNode node) {
        return node.canConvertToLong() && node.isIntegralNumber() && Math.abs(node.asLong()) < 100_000_000_000L
                ? Instant.ofEpochSecond(node.asLong()).toString()
                : null;
    }

    private static String first(String... values) {
        for (var value : values) {
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }

    private static String currency(JsonNode object) {
        var currency = text(object.path("currency"));
        return currency == null ? null : currency.toUpperCase(Locale.ROOT);
    }

    private static String amount(String field, JsonNode minorUnits, String currency) throws InvalidValue {
        if (!minorUnits.isIntegralNumber() || currency == null) {
            throw new InvalidValue(field, "is not a whole number of the smallest unit of a currency");
        }
        return major(minorUnits.decimalValue(), currency).toPlainString();
    }

    /** An amount in the unit that people use, of one in the smallest unit that Stripe uses for the currency. */
    static BigDecimal major(BigDecimal minorUnits, String currency) {
        return minorUnits.movePointLeft(
                WITHOUT_DECIMALS.contains(currency) ? 0 : WITH_THREE_DECIMALS.contains(currency) ? 3 : 2);
    }

    /**
     * What a subscription costs: the sum of its items.
     *
     * @param amount of a period, without discounts and taxes
     */
    private record Price(String plan, BigDecimal amount, String currency, String interval, int count) {

        static Price of(JsonNode subscription) {
            var items = subscription.path("items").path("data");
            var isNew = items.isArray() && !items.isEmpty();
            var first = isNew ? price(items.path(0)) : subscription.path("plan");
            var currency = StripeEvents.currency(first);
            var recurring = first.path("recurring").isObject() ? first.path("recurring") : first;
            var interval = text(recurring.path("interval"));
            if (currency == null || interval == null || !MONTHS.containsKey(interval)) {
                return null;
            }
            var minorUnits = BigDecimal.ZERO;
            if (isNew) {
                for (var item : items) {
                    minorUnits = minorUnits.add(minorUnits(price(item)).multiply(quantity(item)));
                }
            } else {
                minorUnits = minorUnits(first).multiply(quantity(subscription));
            }
            var name = StripeEvents.first(
                    text(first.path("nickname")), text(first.path("lookup_key")), StripeEvents.id(first));
            return new Price(
                    name,
                    major(minorUnits, currency),
                    currency,
                    interval,
                    Math.max(1, recurring.path("interval_count").asInt(1)));
        }

        private static JsonNode price(JsonNode item) {
            return item.path("price").isObject() ? item.path("price") : item.path("plan");
        }

        /** Prices by tiers have no amount of their own. */
        private static BigDecimal minorUnits(JsonNode price) {
            for (var field : new String[] {"unit_amount_decimal", "unit_amount", "amount_decimal", "amount"}) {
                var amount = price.path(field);
                if (amount.isNumber() || amount.isTextual() && amount.asText().matches("\\d{1,15}(\\.\\d{1,12})?")) {
                    return new BigDecimal(amount.asText());
                }
            }
            return BigDecimal.ZERO;
        }

        private static BigDecimal quantity(JsonNode item) {
            return item.path("quantity").isIntegralNumber()
                    ? item.path("quantity").decimalValue()
                    : BigDecimal.ONE;
        }

        BigDecimal monthly() {
            return amount.divide(MONTHS.get(interval).multiply(BigDecimal.valueOf(count)), MathContext.DECIMAL64);
        }
    }
}
