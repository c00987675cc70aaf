package io.perennial.demo;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The billing events of a demo organization: some of its customers are subscribed to something, and their card has just been
 * declined for the second time or more, so that there are cases of recovery to look at.
 */
final class DeclinedCards {

    /** It is every so many customers, beginning with {@link #FIRST}. */
    private static final int ONE_IN = 60;

    private static final int FIRST = 42;

    private static final int FEWEST_ATTEMPTS = 2;
    private static final int MOST_ATTEMPTS = 4;
    private static final Duration LAST_ATTEMPT = Duration.ofHours(6);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofDays(2);

    private static final List<String> REASONS = List.of("card_expired", "insufficient_funds", "card_declined");

    private DeclinedCards() {}

    /**
     * The events, one to a line.
     *
     * @param count of the organization's customers
     * @param now the present of the demo
     */
    static String events(Industry industry, int count, long seed, Instant now) {
        return IntStream.iterate(FIRST, number -> number <= count, number -> number + ONE_IN)
                .mapToObj(number -> DemoCustomer.invent(industry, seed, number, now))
                .filter(customer -> !customer.life().hasLeft())
                .flatMap(customer -> events(customer, now))
                .map(event -> event.encode() + "\n")
                .collect(Collectors.joining());
    }

    private static Stream<JsonObject> events(DemoCustomer customer, Instant now) {
        var place = customer.number() / ONE_IN;
        var plans = customer.industry().ladder();
        var plan = plans.get(place % plans.size());
        var subscription = new JsonObject()
                .put("customer_id", customer.externalId())
                .put("subscription_id", "SUB_" + customer.number())
                .put(
                        "amount",
                        String.format(
                                Locale.ROOT,
                                "%.2f",
                                plan.price() * customer.industry().medianAmount()));
        var created = subscription
                .copy()
                .put("event_id", "demo subscription " + customer.number())
                .put("type", "subscription.created")
                .put("occurred_at", customer.registeredAt())
                .put("plan", plan.name())
                .put("billing_interval", "month");
        var attempts = FEWEST_ATTEMPTS + place % (MOST_ATTEMPTS - FEWEST_ATTEMPTS + 1);
        var declined = IntStream.rangeClosed(1, attempts)
                .mapToObj(attempt -> subscription
                        .copy()
                        .put("event_id", "demo attempt %d of %d".formatted(attempt, customer.number()))
                        .put("type", "payment.failed")
                        .put(
                                "occurred_at",
                                now.minus(LAST_ATTEMPT).minus(BETWEEN_ATTEMPTS.multipliedBy(attempts - attempt)))
                        .put("payment_id", "INV_" + customer.number())
                        .put("attempt_count", attempt)
                        .put("reason", REASONS.get(place % REASONS.size())));
        return Stream.concat(Stream.of(created), declined);
    }
}
