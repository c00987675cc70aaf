package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.hamcrest.Matchers.equalTo;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

/** That it makes no difference in which order events come, and who is told of what. */
@ServiceTest
class BillingOrderTest {

    private static final int PERMUTATIONS = 120;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Customers whose events come at the same time. */
    private static final int AT_ONCE = 8;

    /** The life of a customer: two attempts and a payment, another that stays open, plans up and down, an end taken back. */
    private static final List<String> LIFE = List.of(
            "\"type\":\"subscription.created\",\"occurred_at\":\"2026-01-01T00:00:00Z\",\"subscription_id\":\"s\",\"plan\":\"Gold\",\"tier\":3,\"amount\":\"30\"",
            "\"type\":\"payment.failed\",\"occurred_at\":\"2026-01-02T00:00:00Z\",\"payment_id\":\"p\",\"amount\":\"30\",\"attempt_count\":1,\"subscription_id\":\"s\"",
            "\"type\":\"subscription.updated\",\"occurred_at\":\"2026-01-02T00:00:00Z\",\"subscription_id\":\"s\",\"status\":\"past_due\"",
            "\"type\":\"payment.failed\",\"occurred_at\":\"2026-01-03T00:00:00Z\",\"payment_id\":\"p\",\"amount\":\"30\",\"attempt_count\":2,\"reason\":\"expired_card\"",
            "\"type\":\"subscription.cancelled\",\"occurred_at\":\"2026-01-03T12:00:00Z\",\"subscription_id\":\"s\",\"ends_at\":\"2026-02-01T00:00:00Z\",\"reason\":\"price\"",
            "\"type\":\"payment.succeeded\",\"occurred_at\":\"2026-01-04T00:00:00Z\",\"payment_id\":\"p\",\"amount\":\"29.99\"",
            "\"type\":\"payment.succeeded\",\"occurred_at\":\"2026-01-04T00:00:00Z\",\"payment_id\":\"p\",\"amount\":\"29.98\"",
            "\"type\":\"subscription.reactivated\",\"occurred_at\":\"2026-01-04T00:00:00Z\",\"subscription_id\":\"s\"",
            "\"type\":\"plan.downgraded\",\"occurred_at\":\"2026-01-04T00:00:00Z\",\"subscription_id\":\"s\",\"plan\":\"Silver\",\"tier\":2,\"amount\":\"20\"",
            "\"type\":\"payment.failed\",\"occurred_at\":\"2026-01-05T00:00:00Z\",\"payment_id\":\"q\",\"amount\":\"20\"",
            "\"type\":\"payment_method.expiring\",\"occurred_at\":\"2026-01-05T00:00:00Z\",\"payment_method_id\":\"card\",\"expires_at\":\"2026-02-01\"",
            "\"type\":\"payment_method.expiring\",\"occurred_at\":\"2026-01-06T00:00:00Z\",\"payment_method_id\":\"card\",\"expires_at\":\"2029-02-01\"");

    @Inject
    Inbox inbox;

    private UUID organization;

    private static String event(int number, String customer) {
        return "{\"id\":\"%s-%02d\",\"customer_id\":\"%s\",%s}".formatted(customer, number, customer, LIFE.get(number));
    }

    private void deliver(String event) {
        receive(event).await().atMost(PATIENCE);
    }

    private Uni<?> receive(String event) {
        return inbox.receive(
                organization,
                Source.PERENNIAL,
                WebhookBody.read(Source.PERENNIAL, event.getBytes(StandardCharsets.UTF_8), Instant.now()));
    }

    /** One after the other. */
    private Uni<?> receiveAll(List<Integer> numbers, String customer) {
        return Multi.createFrom()
                .iterable(numbers)
                .onItem()
                .transformToUniAndConcatenate(number -> receive(event(number, customer)))
                .collect()
                .asList();
    }

    private void customers(int count) {
        organization = Api.organization("ecommerce");
        Api.upload(
                        organization,
                        "customers",
                        IntStream.range(0, count)
                                .mapToObj(i -> "c" + i)
                                .collect(Collectors.joining("\n", "customer_id\n", "\n")))
                .then()
                .statusCode(200);
    }

    /** What is known of each customer, without what differs between customers. */
    private List<String> states() {
        return OwnerDatabase.strings("""
                select string_agg(state, E'\\n' order by state)
                from (
                    select customer_id, concat_ws(' ', 'subscription', to_jsonb(s) - '{organization_id,customer_id}'::text[]) as state
                    from subscriptions s where organization_id = '%1$s'
                    union all
                    select customer_id, concat_ws(' ', 'failure',
                        to_jsonb(f) - '{organization_id,customer_id,failure_id}'::text[])
                    from payment_failures f where organization_id = '%1$s'
                    union all
                    select customer_id, concat_ws(' ', 'payment', to_jsonb(p) - '{organization_id,customer_id}'::text[])
                    from payments p where organization_id = '%1$s'
                    union all
                    select customer_id, concat_ws(' ', 'method', to_jsonb(m) - '{organization_id,customer_id}'::text[])
                    from payment_methods m where organization_id = '%1$s'
                    union all
                    select customer_id, concat_ws(' ', 'transaction', status, amount, occurred_at,
                        regexp_replace(transaction_id, 'c\\d+', 'c'))
                    from transactions where organization_id = '%1$s') known
                group by customer_id""".formatted(organization));
    }

    /** Ids are in the order of their numbers for one customer and not for another, so equal instants are put to the test too. */
    @Test
    void anyPermutationOfTheEventsEndsInTheSameState() {
        customers(PERMUTATIONS);
        var permutations = Arbitraries.shuffle(
                        IntStream.range(0, LIFE.size()).boxed().toList())
                .list()
                .ofSize(PERMUTATIONS)
                .sample();
        Multi.createFrom()
                .range(0, PERMUTATIONS)
                .onItem()
                .transformToUni(i -> receiveAll(permutations.get(i), "c" + i))
                .merge(AT_ONCE)
                .collect()
                .asList()
                .await()
                .atMost(PATIENCE);

        var states = states();
        assertThat(states).hasSize(PERMUTATIONS);
        // Of two payments that say another amount in the same instant, the one with the higher id has the last word.
        assertThat(states.stream()
                        .map(state -> state.replace("29.98", "29.9x").replace("29.99", "29.9x"))
                        .distinct())
                .hasSize(1);
        assertThat(states.get(0))
                .contains("\"plan\": \"Silver\"", "\"tier\": 2", "\"will_renew\": true", "\"cancelled_at\": null")
                .contains("\"status\": \"recovered\"", "\"attempt_count\": 2", "\"status\": \"open\"")
                .contains("\"expires_at\": \"2029-02-01T00:00:00+00:00\"")
                .contains("transaction failed 30.0000 2026-01-02", "transaction failed 30.0000 2026-01-03")
                .contains("transaction failed 20.0000 2026-01-05", "transaction completed 29.9");
    }

    @Test
    void oneUploadInWhicheverOrderComesToTheSameToo() {
        customers(2);
        var events = new ArrayList<String>();
        for (var number = 0; number < LIFE.size(); number++) {
            deliver(event(number, "c0"));
            events.add(event(number, "c1"));
        }
        Api.asAdmin()
                .contentType("application/json")
                .body(events.stream().sorted((a, b) -> b.compareTo(a)).toList().toString())
                .post("/api/v1/organizations/{org_id}/billing-events", organization)
                .then()
                .statusCode(200)
                .body("inserted", equalTo(LIFE.size()));

        assertThat(states().stream()
                        .map(state -> state.replace("29.98", "29.9x").replace("29.99", "29.9x"))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void listenersAreToldOnceOfWhatIsNewAndOfNothingElse() {
        customers(1);
        var recorder = Recorder.of(organization);
        for (var number : List.of(0, 1, 1, 5, 3, 6, 4, 2, 7, 8)) {
            deliver(event(number, "c0"));
        }

        // Event 3, a failure before the payment, and 2, an update before the cancellation, came too late.
        assertThat(recorder.facts())
                .extracting(BillingFact::eventId, BillingFact::type)
                .containsExactly(
                        tuple("c0-00", BillingType.SUBSCRIPTION_CREATED),
                        tuple("c0-01", BillingType.PAYMENT_FAILED),
                        tuple("c0-05", BillingType.PAYMENT_SUCCEEDED),
                        tuple("c0-04", BillingType.SUBSCRIPTION_CANCELLED),
                        tuple("c0-07", BillingType.SUBSCRIPTION_REACTIVATED));
        var failed = recorder.facts().get(1);
        assertThat(failed.attemptCount()).isEqualTo(1);
        assertThat(failed.amount()).isEqualByComparingTo("30");
        assertThat(failed.currency()).isEqualTo("EUR");
        assertThat(failed.subscriptionId()).isEqualTo("s");
        assertThat(failed.failureId())
                .isNotNull()
                .isEqualTo(recorder.facts().get(2).failureId());
        assertThat(recorder.facts().get(3).endsAt()).isEqualTo("2026-02-01T00:00:00Z");
        assertThat(recorder.facts().get(3).willRenew()).isFalse();
    }

    @Test
    void anUpdateToALowerTierIsADowngradeAndTheLaterWordOfTwo() {
        customers(1);
        var recorder = Recorder.of(organization);
        deliver(event(0, "c0"));
        deliver(event(8, "c0").replace("plan.downgraded", "subscription.updated"));

        assertThat(recorder.facts())
                .extracting(BillingFact::type)
                .containsExactly(BillingType.SUBSCRIPTION_CREATED, BillingType.PLAN_DOWNGRADED);
        var downgrade = recorder.facts().get(1);
        assertThat(downgrade.plan()).isEqualTo("Silver");
        assertThat(downgrade.previousPlan()).isEqualTo("Gold");
        assertThat(downgrade.tier()).isEqualTo(2);
        assertThat(downgrade.previousTier()).isEqualTo(3);
    }

    @Test
    void factsOfAnUploadAreToldInTheOrderInWhichTheyOccurred() {
        customers(1);
        var recorder = Recorder.of(organization);
        var events = IntStream.range(0, LIFE.size())
                .map(i -> LIFE.size() - 1 - i)
                .mapToObj(number -> event(number, "c0"))
                .toList();
        Api.asAdmin()
                .contentType("application/json")
                .body(events.toString())
                .post("/api/v1/organizations/{org_id}/billing-events", organization)
                .then()
                .statusCode(200);

        // 6 says what 5 says.
        assertThat(recorder.facts()).hasSize(LIFE.size() - 1);
        assertThat(recorder.facts()).extracting(BillingFact::occurredAt).isSorted();
    }

    @Test
    void whatAListenerFailsToDoIsNotStored() {
        customers(1);
        var recorder = Recorder.of(organization);
        var before = OwnerDatabase.rowsOf(organization);
        var event = event(1, "c0");
        var secret = Webhooks.secrets(organization).get(0);

        recorder.fail(true);
        Webhooks.send(Webhooks.EVENTS, organization, Webhooks.signature(secret, event), event)
                .then()
                .statusCode(500);
        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);

        recorder.fail(false);
        Webhooks.send(Webhooks.EVENTS, organization, Webhooks.signature(secret, event), event)
                .then()
                .statusCode(200)
                .body("status", equalTo("applied"));
        assertThat(recorder.facts()).hasSize(1);
    }
}
