package io.perennial.intake.billing;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import io.perennial.intake.Decimals;
import io.perennial.intake.Field;
import io.perennial.intake.InvalidValue;
import io.perennial.intake.Timestamps;

/** Makes an event of the texts of its fields, wherever they come from, and says what is wrong with them. */
final class BillingReader {

    /** What an event may say. */
    static final List<Field> FIELDS = List.of(
            Field.required("type", "event_type", "event"),
            Field.required("occurred_at", "created", "created_at", "timestamp", "date", "time"),
            Field.required(
                    "customer_id",
                    "customer",
                    "client_id",
                    "client",
                    "user_id",
                    "cust_id",
                    "account_id",
                    "external_id"),
            Field.optional("event_id", "id"),
            Field.optional("subscription_id", "subscription", "contract_id"),
            Field.optional("payment_id", "payment", "invoice_id", "invoice", "order_id"),
            Field.optional("payment_method_id", "payment_method", "card_id"),
            Field.optional("amount", "total", "price", "value"),
            Field.optional("currency"),
            Field.optional("attempt_count", "attempt", "attempts"),
            Field.optional("next_attempt_at", "next_payment_attempt"),
            Field.optional("reason", "failure_reason", "decline_code", "cancellation_reason"),
            Field.optional("status", "subscription_status"),
            Field.optional("plan", "plan_name", "product"),
            Field.optional("tier", "plan_tier"),
            Field.optional("previous_plan", "old_plan"),
            Field.optional("previous_tier", "old_tier"),
            Field.optional("billing_interval", "interval"),
            Field.optional("interval_count"),
            Field.optional("will_renew", "auto_renew"),
            Field.optional("started_at", "start_date"),
            Field.optional("current_period_end", "renews_at"),
            Field.optional("cancelled_at", "canceled_at"),
            Field.optional("ends_at", "end_date", "ended_at"),
            Field.optional("expires_at", "expiry_date", "expires"));

    private static final Set<String> STATUSES =
            Set.of("incomplete", "trialing", "active", "past_due", "unpaid", "paused", "cancelled");

    private static final Map<String, String> INTERVALS = Map.ofEntries(
            Map.entry("day", "day"),
            Map.entry("daily", "day"),
            Map.entry("week", "week"),
            Map.entry("weekly", "week"),
            Map.entry("month", "month"),
            Map.entry("monthly", "month"),
            Map.entry("year", "year"),
            Map.entry("yearly", "year"),
            Map.entry("annual", "year"),
            Map.entry("annually", "year"));

    /** Of the intervals of which a month has several, as the database counts them. */
    private static final Map<String, BigDecimal> PERIODS_IN_A_MONTH = Map.of(
            "day", new BigDecimal(365).divide(new BigDecimal(12), MathContext.DECIMAL128),
            "week", new BigDecimal(365).divide(new BigDecimal(84), MathContext.DECIMAL128));

    /** Of fifteen digits, and low enough that it does not matter how the database rounds. */
    private static final BigDecimal HIGHEST_MONTHLY_AMOUNT = new BigDecimal("999999999999999");

    private static final Map<String, Boolean> TRUTHS = Map.ofEntries(
            Map.entry("true", true),
            Map.entry("yes", true),
            Map.entry("1", true),
            Map.entry("false", false),
            Map.entry("no", false),
            Map.entry("0", false));

    private static final Set<BillingType> SAY_WHETHER_IT_RENEWS = Set.of(
            BillingType.SUBSCRIPTION_CREATED, BillingType.SUBSCRIPTION_REACTIVATED, BillingType.SUBSCRIPTION_CANCELLED);

    private static final Pattern COUNT = Pattern.compile("\\d{1,9}");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,9}");
    private static final Pattern CURRENCY = Pattern.compile("[A-Za-z]{3}");
    static final int LONGEST_ID = 255;
    private static final int LONGEST_TEXT = 1_000;

    private final UnaryOperator<String> fields;
    private final Timestamps timestamps;
    private final Decimals decimals;
    private final JsonObject said = new JsonObject();

    private BillingReader(UnaryOperator<String> fields, Timestamps timestamps, Decimals decimals) {
        this.fields = fields;
        this.timestamps = timestamps;
        this.decimals = decimals;
    }

    /**
     * Reads an event.
     *
     * @param eventId of the source, or one that follows from the content
     * @param fields the text of each field by its name; null where it is not said
     * @throws InvalidValue with the field that is missing or wrong
     */
    static BillingEvent read(String eventId, UnaryOperator<String> fields, Timestamps timestamps, Decimals decimals)
            throws InvalidValue {
        return new BillingReader(fields, timestamps, decimals).read(eventId);
    }

    private BillingEvent read(String eventId) throws InvalidValue {
        var name = required("type");
        var type = BillingType.find(name)
                .orElseThrow(() -> new InvalidValue("type", "is not one of " + BillingType.names()));
        var occurredAt = timestamps.parse("occurred_at", required("occurred_at"));
        var customer = id("customer_id", required("customer_id"));
        say(
                type.subject().field(),
                id(type.subject().field(), required(type.subject().field())));
        switch (type) {
            case PAYMENT_FAILED -> readFailure();
            case PAYMENT_SUCCEEDED -> readPayment();
            case PAYMENT_METHOD_EXPIRING ->
                say(
                        "expires_at",
                        timestamps
                                .parseAnyTime("expires_at", required("expires_at"))
                                .toString());
            case PLAN_DOWNGRADED -> readDowngrade(occurredAt);
            default -> readSubscription(type, occurredAt);
        }
        return new BillingEvent(eventId, type, occurredAt, customer, said);
    }

    private void readFailure() throws InvalidValue {
        readPayment();
        say("attempt_count", number("attempt_count", COUNT, 1));
        say("reason", text("reason"));
        sayTime("next_attempt_at");
    }

    private void readPayment() throws InvalidValue {
        required("amount");
        sayAmount();
        var subscription = text("subscription_id");
        say("subscription_id", subscription == null ? null : id("subscription_id", subscription));
    }

    private void readDowngrade(OffsetDateTime occurredAt) throws InvalidValue {
        readSubscription(BillingType.PLAN_DOWNGRADED, occurredAt);
        if (!said.containsKey("plan") && !said.containsKey("tier") && !said.containsKey("amount")) {
            throw new InvalidValue("plan", "is missing, and so are tier and amount: what is the plan now?");
        }
        say("previous_plan", text("previous_plan"));
        say("previous_tier", number("previous_tier", WHOLE, Integer.MIN_VALUE));
    }

    private void readPlan() throws InvalidValue {
        say("plan", text("plan"));
        say("tier", number("tier", WHOLE, Integer.MIN_VALUE));
        if (text("amount") != null) {
            sayAmount();
            say("billing_interval", choice("billing_interval", INTERVALS, "month"));
            say("interval_count", number("interval_count", COUNT, 1));
            if (!said.containsKey("interval_count")) {
                say("interval_count", 1);
            }
            requireThatAMonthFits();
        }
        sayTime("started_at");
        sayTime("current_period_end");
        var status = text("status");
        if (status != null && !STATUSES.contains(status.toLowerCase(Locale.ROOT))) {
            throw new InvalidValue(
                    "status",
                    "is not one of "
                            + String.join(", ", STATUSES.stream().sorted().toList()));
        }
        say("status", status == null ? null : status.toLowerCase(Locale.ROOT));
    }

    /** What an event says of the end of a subscription it says together: that it renews takes back that it ends. */
    private void readSubscription(BillingType type, OffsetDateTime occurredAt) throws InvalidValue {
        readPlan();
        var willRenew = choice("will_renew", TRUTHS, null);
        if (willRenew == null && SAY_WHETHER_IT_RENEWS.contains(type)) {
            willRenew = type != BillingType.SUBSCRIPTION_CANCELLED;
        }
        if (type == BillingType.SUBSCRIPTION_CANCELLED && willRenew) {
            throw new InvalidValue("will_renew", "is true, so the subscription is not cancelled");
        }
        say("will_renew", willRenew);
        if (Boolean.FALSE.equals(willRenew)) {
            sayTime("cancelled_at");
            sayTime("ends_at");
            say("reason", text("reason"));
        }
        switch (type) {
            case SUBSCRIPTION_CREATED -> {
                sayUnless("status", "active");
                sayUnless("started_at", occurredAt.toString());
            }
            case SUBSCRIPTION_REACTIVATED -> sayUnless("status", "active");
            case SUBSCRIPTION_CANCELLED -> {
                sayUnless("cancelled_at", occurredAt.toString());
                if (!endsLater(occurredAt)) {
                    sayUnless("status", "cancelled");
                }
            }
            default -> {}
        }
    }

    private boolean endsLater(OffsetDateTime occurredAt) {
        var end = said.getString("ends_at");
        return end != null && OffsetDateTime.parse(end).isAfter(occurredAt);
    }

    /** As text, because a number of JSON may be read as one of floating point. */
    private void sayAmount() throws InvalidValue {
        say("amount", decimals.parseNonNegative("amount", text("amount"), "").toPlainString());
        var currency = text("currency");
        if (currency != null && !CURRENCY.matcher(currency).matches()) {
            throw new InvalidValue("currency", "is not a code of three letters");
        }
        say("currency", currency == null ? null : currency.toUpperCase(Locale.ROOT));
    }

    /** The database keeps what a subscription costs in a month as it keeps amounts. */
    private void requireThatAMonthFits() throws InvalidValue {
        var periods = PERIODS_IN_A_MONTH.get(said.getString("billing_interval"));
        if (periods == null) {
            return;
        }
        var monthly = new BigDecimal(said.getString("amount"))
                .multiply(periods)
                .divide(BigDecimal.valueOf(said.getInteger("interval_count")), RoundingMode.HALF_UP);
        if (monthly.compareTo(HIGHEST_MONTHLY_AMOUNT) > 0) {
            throw new InvalidValue("amount", "is more than %s in a month".formatted(HIGHEST_MONTHLY_AMOUNT));
        }
    }

    private void sayTime(String field) throws InvalidValue {
        var text = text(field);
        say(field, text == null ? null : timestamps.parseAnyTime(field, text).toString());
    }

    private void say(String field, Object value) {
        if (value != null) {
            said.put(field, value);
        }
    }

    private void sayUnless(String field, Object value) {
        if (!said.containsKey(field)) {
            said.put(field, value);
        }
    }

    private String required(String field) throws InvalidValue {
        var text = text(field);
        if (text == null) {
            throw new InvalidValue(field, "is missing");
        }
        return text;
    }

    /** The text of a field, or null when it is not said. */
    private String text(String field) throws InvalidValue {
        var text = fields.apply(field);
        if (text == null || text.isBlank()) {
            return null;
        }
        if (text.indexOf('\0') >= 0) {
            throw new InvalidValue(field, "holds a NUL character");
        }
        if (text.length() > LONGEST_TEXT) {
            throw new InvalidValue(field, "is longer than %d characters".formatted(LONGEST_TEXT));
        }
        return text.strip();
    }

    private static String id(String field, String text) throws InvalidValue {
        if (text.length() > LONGEST_ID) {
            throw new InvalidValue(field, "is longer than %d characters".formatted(LONGEST_ID));
        }
        return text;
    }

    private Integer number(String field, Pattern pattern, int least) throws InvalidValue {
        var text = text(field);
        if (text == null) {
            return null;
        }
        if (!pattern.matcher(text).matches() || Integer.parseInt(text) < least) {
            throw new InvalidValue(
                    field, pattern == COUNT ? "is not a number of at least " + least : "is not a whole number");
        }
        return Integer.valueOf(text);
    }

    private <T> T choice(String field, Map<String, T> choices, T otherwise) throws InvalidValue {
        var text = text(field);
        if (text == null) {
            return otherwise;
        }
        var choice = choices.get(text.toLowerCase(Locale.ROOT));
        if (choice == null) {
            throw new InvalidValue(
                    field,
                    "is not one of "
                            + String.join(
                                    ", ", choices.keySet().stream().sorted().toList()));
        }
        return choice;
    }
}
