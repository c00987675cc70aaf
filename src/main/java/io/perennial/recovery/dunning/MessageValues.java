package io.perennial.recovery.dunning;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.perennial.outreach.template.OfferLine;
import io.perennial.outreach.template.Placeholder;
import io.perennial.recovery.billing.CustomerMetrics;

/** What the placeholders of a message stand for, for one customer. What is not known is left out. */
final class MessageValues {

    private static final int LONGEST_METHOD = 20;

    private final Map<String, Object> values = new HashMap<>();

    private MessageValues() {}

    /**
     * Of a customer and what is offered.
     *
     * @param metrics null where they are of no interest
     * @param now what is past by then is not announced
     */
    static Map<String, Object> of(
            KnownCustomer customer, CustomerMetrics metrics, List<OfferLine> offers, Instant now) {
        var made = new MessageValues();
        made.person(customer);
        made.subscription(customer, now);
        made.failure(customer, now);
        if (metrics != null) {
            made.put(Placeholder.SUBSCRIPTION_MONTHS, metrics.subscriptionLengthMonths());
            made.put(Placeholder.FEATURE_USAGE, metrics.featureUsage());
            made.put(Placeholder.SUPPORT_TICKETS, metrics.supportTickets());
        }
        if (!offers.isEmpty()) {
            made.put(Placeholder.OFFERS, offers);
        }
        return made.values;
    }

    private void person(KnownCustomer customer) {
        put(Placeholder.CUSTOMER_NAME, customer.name());
        put(Placeholder.CURRENCY, customer.currency());
        var method = customer.preferredContactMethod();
        put(Placeholder.PREFERRED_CONTACT_METHOD, method != null && method.length() <= LONGEST_METHOD ? method : null);
    }

    private void subscription(KnownCustomer customer, Instant now) {
        put(Placeholder.PLAN, customer.plan());
        put(Placeholder.PREVIOUS_PLAN, customer.previousPlan());
        put(Placeholder.CANCELLATION_REASON, customer.cancellationReason());
        put(Placeholder.ACCESS_ENDS_ON, upcoming(customer, customer.accessEndsAt(), now));
    }

    private void failure(KnownCustomer customer, Instant now) {
        var failure = customer.failure();
        if (failure != null) {
            put(Placeholder.AMOUNT, failure.amount());
            put(Placeholder.DUE_DATE, LocalDate.ofInstant(failure.failedAt(), customer.zone()));
            put(Placeholder.RETRY_DATE, upcoming(customer, failure.nextAttemptAt(), now));
            put(Placeholder.ATTEMPT_COUNT, failure.attempts());
        }
    }

    private static LocalDate upcoming(KnownCustomer customer, Instant instant, Instant now) {
        return instant == null || instant.isBefore(now) ? null : LocalDate.ofInstant(instant, customer.zone());
    }

    private void put(Placeholder placeholder, Object value) {
        if (value != null) {
            values.put(placeholder.label(), value);
        }
    }
}
