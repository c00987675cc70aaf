package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
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
import io.perennial.testing.Database;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

/** That it makes no difference in which order events come, and who is told of what. */
@ServiceTest
class BillingOrderTest {

    private static final int PERMUTATIONS = 120;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Customers whose events come at the same time. */

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

    @Inject
    AcceptedEvents accepted;

    private UUID organization;

    private static String event(int number, String customer) {
        return "{\"id\":\"%s-%02d\",\"customer_id\":\"%s\",%s}".formatted(customer, number, customer, LIFE.get(number));
    }

    private void deliver(String event) {
        send(event);
        Webhooks.settle(organization);
    }

    private void send(String event) {
        inbox.receive(
                        organization,
                        Source.PERENNIAL,
                        WebhookBody.read(Source.PERENNIAL, event.getBytes(StandardCharsets.UTF_8), Instant.now()))
                .await()
                .atMost(PATIENCE);
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
        for (var turn = 0; turn < LIFE.size(); turn++) {
            for (var i = 0; i < PERMUTATIONS; i++) {
                send(event(permutations.get(i).get(turn), "c" + i));
            }
            Webhooks.settle(organization);
        }

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
    void whetherAnUpdateIsADowngradeIsSaidByTheOneBeforeItThoughTheyAreToldAtOnce() {
        customers(1);
        var recorder = Recorder.of(organization);
        deliver(update(1, 1));
        for (var update : List.of(update(2, 3), update(3, 2), update(4, 2), update(5, 4))) {
            send(update);
        }
        Webhooks.settle(organization);

        assertThat(recorder.facts())
                .extracting(BillingFact::tier, BillingFact::previousTier, BillingFact::type)
                .containsExactly(
                        tuple(1, null, BillingType.SUBSCRIPTION_UPDATED),
                        tuple(3, 1, BillingType.SUBSCRIPTION_UPDATED),
                        tuple(2, 3, BillingType.PLAN_DOWNGRADED),
                        tuple(2, 2, BillingType.SUBSCRIPTION_UPDATED),
                        tuple(4, 2, BillingType.SUBSCRIPTION_UPDATED));
    }

    private static String update(int day, int tier) {
        return """
                {"id":"u%1$d","type":"subscription.updated","occurred_at":"2026-01-0%1$dT00:00:00Z","customer_id":"c0",\
                "subscription_id":"s","plan":"plan %2$d","tier":%2$d}""".formatted(day, tier);
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
    void anEventWithWhichAListenerFailsIsSetAsideAndTheOthersAreSettled() {
        customers(2);
        var recorder = Recorder.of(organization);
        recorder.failOn(fact -> fact.eventId().equals("c0-01"));
        for (var event : List.of(event(0, "c0"), event(1, "c0"), event(5, "c0"), event(1, "c1"))) {
            send(event);
        }
        Webhooks.settle(organization);

        assertThat(statuses()).containsExactly("c0-00 applied", "c0-01 failed", "c0-05 applied", "c1-01 applied");
        assertThat(recorder.facts())
                .extracting(BillingFact::eventId)
                .contains("c0-00", "c0-05", "c1-01")
                .doesNotContain("c0-01");
        assertThat(OwnerDatabase.strings(
                        "select payment_id from payment_failures where organization_id = '%s' and customer_id = derived_id('%1$s', 'c0')"
                                .formatted(organization)))
                .as("what follows from the event that failed")
                .isEmpty();

        recorder.failOn(fact -> false);
        String id = Api.asAdmin()
                .queryParam("status", "failed")
                .get("/api/v1/organizations/{org_id}/webhook-events", organization)
                .then()
                .statusCode(200)
                .body("items.reason", contains("Something went wrong in the service"))
                .extract()
                .path("items[0].id");
        Api.asAdmin()
                .post("/api/v1/organizations/{org_id}/webhook-events/{id}/replay", organization, id)
                .then()
                .statusCode(200)
                .body("status", equalTo("stale"));
        assertThat(statuses()).containsExactly("c0-00 applied", "c0-01 stale", "c0-05 applied", "c1-01 applied");
    }

    private List<String> statuses() {
        return OwnerDatabase.strings(
                "select concat_ws(' ', event_id, status) from webhook_events where organization_id = '%s' order by event_id"
                        .formatted(organization));
    }

    @Test
    void aSecondDeliveryOfAnEventThatFailedTriesItAgain() {
        customers(1);
        var recorder = Recorder.of(organization);
        recorder.failOn(fact -> true);
        deliver(event(1, "c0"));
        assertThat(statuses()).containsExactly("c0-01 failed");

        recorder.failOn(fact -> false);
        deliver(event(1, "c0"));

        assertThat(statuses()).containsExactly("c0-01 applied");
    }

    /** An upload may hold customers for long, and is not to be the victim of a deadlock with somebody who can come again. */
    @Test
    void whoHoldsTheCustomerForLongIsGivenWayTo() throws SQLException {
        customers(1);
        try (var owner = OwnerDatabase.connect();
                var statement = owner.createStatement()) {
            owner.setAutoCommit(false);
            statement.execute("select from customers where organization_id = '%s' for update".formatted(organization));
            send(event(1, "c0"));

            assertThat(accepted.settle(organization).await().atMost(PATIENCE)).isZero();

            assertThat(statuses()).containsExactly("c0-01 accepted");
            owner.commit();
        }
        Webhooks.settle(organization);
        assertThat(statuses()).containsExactly("c0-01 applied");
    }

    /** A replica stopped between its answer and what follows from it. */
    @Test
    void whatAReplicaHasLeftIsSettledByAnother() throws SQLException {
        customers(1);
        deliver(event(0, "c0"));
        deliver(event(1, "c0"));
        deliver(event(3, "c0"));
        var recorder = Recorder.of(organization);
        Database.execute("""
                delete from payment_failures where organization_id = '%1$s';
                update webhook_events set status = 'accepted', settled_at = null
                where organization_id = '%1$s' and event_id <> 'c0-00'""".formatted(organization));

        accepted.look().await().atMost(PATIENCE);
        Webhooks.settle(organization);

        assertThat(statuses()).containsExactly("c0-00 applied", "c0-01 applied", "c0-03 applied");
        assertThat(recorder.facts()).extracting(BillingFact::eventId).containsExactly("c0-01", "c0-03");
        assertThat(Database.number(
                        "select attempt_count from payment_failures where organization_id = ?", organization))
                .isEqualTo(2);
    }
}
