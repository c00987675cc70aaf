package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

/** What follows from billing events, however they come. */
@ServiceTest
class BillingTest {

    private static final String NDJSON = "application/x-ndjson; charset=UTF-8";

    @Inject
    ParkedEvents parked;

    private UUID organization;

    @BeforeEach
    void anOrganizationWithCustomers() {
        organization = Api.organization("ecommerce");
        Webhooks.setStripeSecret(organization, "whsec_test");
        Api.upload(organization, "customers", """
                        customer_id,name,stripe_customer_id
                        ada,Ada Byron,cus_9s6XKzkNRiz8i3
                        bob,Bob,
                        """).then().statusCode(200);
    }

    private io.restassured.response.ValidatableResponse customer(String customer, String what) {
        return Api.as(Api.key(organization, "viewer"))
                .get("/api/v1/customers/{customer_id}/" + what, customer)
                .then()
                .statusCode(200);
    }

    private io.restassured.response.ValidatableResponse upload(String ndjson) {
        return Api.asAdmin()
                .contentType(NDJSON)
                .body(ndjson)
                .post("/api/v1/organizations/{org_id}/billing-events", organization)
                .then();
    }

    private List<String> transactions() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select concat_ws(' ', transaction_id, status, amount) from transactions where organization_id = ?"
                            + " order by occurred_at, transaction_id",
                    organization);
        }
    }

    private List<String> statuses() throws SQLException {
        try (var owner = Database.asOwner()) {
            return Database.texts(
                    owner,
                    "select concat_ws(' ', event_id, status) from webhook_events where organization_id = ? order by event_id",
                    organization);
        }
    }

    @Test
    void aPaymentOfStripeThatFailsAndThenSucceeds() throws SQLException {
        Webhooks.sendStripe(organization, Webhooks.fixture("customer.subscription.created"))
                .then()
                .statusCode(200)
                .body("event_id", equalTo("evt_1NG8Dcreated"))
                .body("status", equalTo("applied"))
                .body("reason", nullValue());
        Webhooks.sendStripe(organization, Webhooks.fixture("invoice.payment_failed"))
                .then()
                .statusCode(200)
                .body("status", equalTo("applied"));

        customer("ada", "payment-failures")
                .body("items.size()", equalTo(1))
                .body("items[0].payment_id", equalTo("in_1MtHbELkdIwHu7ixl4OzzPMv"))
                .body("items[0].subscription_id", equalTo("sub_1MowQVLkdIwHu7ixeRlqHVzs"))
                .body("items[0].amount", equalTo(49.00f))
                .body("items[0].currency", equalTo("EUR"))
                .body("items[0].attempt_count", equalTo(2))
                .body("items[0].reason", equalTo("insufficient_funds"))
                .body("items[0].status", equalTo("open"))
                .body("items[0].first_failed_at", equalTo("2026-01-01T09:59:30Z"))
                .body("items[0].next_attempt_at", equalTo("2026-01-04T09:59:30Z"))
                .body("items[0].recovered_at", nullValue());
        customer("ada", "payments").body("items.size()", equalTo(0));
        customer("ada", "subscriptions")
                .body("items.size()", equalTo(1))
                .body("items[0].status", equalTo("active"))
                .body("items[0].plan", equalTo("Team"))
                .body("items[0].amount", equalTo(157.50f))
                .body("items[0].monthly_amount", equalTo(157.50f))
                .body("items[0].will_renew", equalTo(true));
        assertThat(transactions()).containsExactly("in_1MtHbELkdIwHu7ixl4OzzPMv#2 failed 49.0000");

        Webhooks.sendStripe(organization, Webhooks.fixture("invoice.paid"))
                .then()
                .statusCode(200)
                .body("status", equalTo("applied"));
        Webhooks.sendStripe(organization, Webhooks.fixture("invoice.payment_succeeded"))
                .then()
                .statusCode(200)
                .body("status", equalTo("stale"))
                .body("reason", equalTo("Event evt_1NG8EpaidKYlo2CUI79vXWy of 2026-01-02T09:59:30Z says the same"));

        customer("ada", "payment-failures")
                .body("items.size()", equalTo(1))
                .body("items[0].status", equalTo("recovered"))
                .body("items[0].attempt_count", equalTo(2))
                .body("items[0].recovered_at", equalTo("2026-01-02T09:59:30Z"))
                .body("items[0].next_attempt_at", nullValue());
        customer("ada", "payments")
                .body("items.size()", equalTo(1))
                .body("items[0].amount", equalTo(49.00f))
                .body("items[0].paid_at", equalTo("2026-01-02T09:59:30Z"));
        assertThat(transactions())
                .containsExactly(
                        "in_1MtHbELkdIwHu7ixl4OzzPMv#2 failed 49.0000",
                        "in_1MtHbELkdIwHu7ixl4OzzPMv completed 49.0000");
    }

    @Test
    void aSubscriptionIsCancelledTakenBackAndEnds() {
        for (var event : new String[] {"customer.subscription.created", "customer.subscription.updated.cancelled"}) {
            Webhooks.sendStripe(organization, Webhooks.fixture(event)).then().statusCode(200);
        }
        customer("ada", "subscriptions")
                .body("items[0].status", equalTo("active"))
                .body("items[0].will_renew", equalTo(false))
                .body("items[0].cancelled_at", equalTo("2026-01-01T09:59:30Z"))
                .body("items[0].ends_at", equalTo("2026-01-31T09:59:30Z"))
                .body("items[0].cancellation_reason", equalTo("too_expensive"));

        Webhooks.sendStripe(organization, Webhooks.fixture("customer.subscription.updated.reactivated"))
                .then()
                .statusCode(200);
        customer("ada", "subscriptions")
                .body("items[0].will_renew", equalTo(true))
                .body("items[0].cancelled_at", nullValue())
                .body("items[0].ends_at", nullValue())
                .body("items[0].cancellation_reason", nullValue());

        var deleted = Webhooks.fixture("customer.subscription.deleted")
                .replace("\"created\": 1767261570", "\"created\": 1767262000");
        Webhooks.sendStripe(organization, deleted).then().statusCode(200);
        // 9.99 every two weeks: 365 days are 26.07 of them, and a twelfth of that is a month's.
        customer("ada", "subscriptions")
                .body("items[0].status", equalTo("cancelled"))
                .body("items[0].will_renew", equalTo(false))
                .body("items[0].monthly_amount", equalTo(21.7045f));
    }

    @Test
    void aCancellationIsTheEventThatChurnIsLearnedFromHoweverOftenItIsTold() throws SQLException {
        Webhooks.sendStripe(organization, Webhooks.fixture("customer.subscription.updated.cancelled"))
                .then()
                .statusCode(200);
        var deleted = Webhooks.fixture("customer.subscription.deleted")
                .replace("\"created\": 1767261570", "\"created\": 1769853570");
        Webhooks.sendStripe(organization, deleted).then().statusCode(200);
        upload("""
                {"type":"subscription.cancelled","occurred_at":"2012-03-04T05:06:07Z","customer_id":"bob","subscription_id":"s"}
                """).statusCode(200);

        try (var owner = Database.asOwner()) {
            assertThat(Database.texts(
                            owner,
                            "select concat_ws(' ', event_type, event_id, occurred_at at time zone 'UTC') from events"
                                    + " where organization_id = ? order by occurred_at",
                            organization))
                    .containsExactly(
                            "subscription_cancelled s 2012-03-04 05:06:07",
                            "subscription_cancelled sub_1MowQVLkdIwHu7ixeRlqHVzs 2026-01-01 09:59:30");
        }
        assertThat(Database.text(
                        "select first_event_at at time zone 'UTC' from customers where external_id = 'bob' and organization_id = ?",
                        organization))
                .isEqualTo("2012-03-04 05:06:07");
    }

    @Test
    void anOlderEventChangesNothingButWhatNobodySaidLater() throws SQLException {
        upload("""
                {"event_id":"3","type":"subscription.cancelled","occurred_at":"2026-01-03T00:00:00Z","customer_id":"bob","subscription_id":"s","reason":"moving"}
                """).statusCode(200).body("inserted", equalTo(1));
        upload("""
                {"event_id":"1","type":"subscription.created","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","subscription_id":"s","plan":"Gold","tier":3,"amount":"120.00","billing_interval":"year"}
                {"event_id":"2","type":"subscription.updated","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","subscription_id":"s","status":"past_due"}
                """).statusCode(200).body("inserted", equalTo(2));

        assertThat(statuses()).containsExactly("1 stale", "2 stale", "3 applied");
        customer("bob", "subscriptions")
                .body("items[0].status", equalTo("cancelled"))
                .body("items[0].will_renew", equalTo(false))
                .body("items[0].cancellation_reason", equalTo("moving"))
                .body("items[0].plan", equalTo("Gold"))
                .body("items[0].tier", equalTo(3))
                .body("items[0].monthly_amount", equalTo(10.00f))
                .body("items[0].currency", equalTo("EUR"))
                .body("items[0].started_at", equalTo("2026-01-01T00:00:00Z"))
                .body("items[0].last_event_at", equalTo("2026-01-03T00:00:00Z"));
    }

    @Test
    void whatIsUploadedTwiceCountsOnce() throws SQLException {
        var events = """
                {"type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":10.10,"attempt_count":1}
                {"event_id":"x","type":"payment.succeeded","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","payment_id":"p","amount":10.10}
                """;
        upload(events + events)
                .statusCode(200)
                .body("accepted", equalTo(4))
                .body("inserted", equalTo(2))
                .body("unchanged", equalTo(2));
        upload(events).statusCode(200).body("inserted", equalTo(0)).body("unchanged", equalTo(2));

        assertThat(transactions()).containsExactly("p#1 failed 10.1000", "p completed 10.1000");
        assertThat(statuses()).hasSize(2).allMatch(status -> status.endsWith("applied"));
    }

    @Test
    void anIdempotencyKeyAnswersTheSameAgain() {
        for (var i = 0; i < 2; i++) {
            Api.asAdmin()
                    .header("Idempotency-Key", "once")
                    .contentType("application/json")
                    .body(List.of(Map.of(
                            "type", "payment.failed",
                            "occurred_at", "2026-01-01T00:00:00Z",
                            "customer_id", "bob",
                            "payment_id", "p",
                            "amount", "1")))
                    .post("/api/v1/organizations/{org_id}/billing-events", organization)
                    .then()
                    .statusCode(200)
                    .body("inserted", equalTo(1));
        }
    }

    @Test
    void badLinesAreReportedAndTheOthersTaken() throws SQLException {
        upload("""
                {"type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":-1}
                {"type":"payment.exploded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob"}
                {"type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","amount":1}
                {"type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":1,"attempt_count":0}
                {"type":"subscription.cancelled","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","subscription_id":"s","will_renew":true}
                {"type":"plan.downgraded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","subscription_id":"s"}
                {"type":"subscription.updated","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","subscription_id":"s","status":"happy"}
                {"type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":1}
                """)
                .statusCode(200)
                .body("accepted", equalTo(1))
                .body("rejected", equalTo(7))
                .body("errors.line", equalTo(List.of(1, 2, 3, 4, 5, 6, 7)))
                .body(
                        "errors.field",
                        equalTo(List.of(
                                "amount", "type", "payment_id", "attempt_count", "will_renew", "plan", "status")));
        assertThat(transactions()).containsExactly("p completed 1.0000");
    }

    @Test
    void whatTheDatabaseCannotKeepIsReportedAndNothingElseLost() throws SQLException {
        var event = """
                {"type":"subscription.created","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","subscription_id":"s%d",%s}
                """;
        var late = "\"9999-12-31T23:59:59-05:00\"";
        var said = List.of(
                "\"current_period_end\":" + late,
                "\"will_renew\":false,\"cancelled_at\":" + late,
                "\"will_renew\":false,\"ends_at\":" + late,
                "\"amount\":\"999999999999999\",\"billing_interval\":\"day\"",
                "\"amount\":\"230136986301370\",\"billing_interval\":\"week\"",
                "\"amount\":\"65753424657535\",\"billing_interval\":\"day\",\"interval_count\":2",
                "\"amount\":\"65753424657534\",\"billing_interval\":\"day\",\"interval_count\":2",
                "\"amount\":\"230136986301369\",\"billing_interval\":\"week\"",
                "\"amount\":\"999999999999999.9999\"",
                "\"amount\":\"999999999999999.9999\",\"billing_interval\":\"year\"");
        var events = new StringBuilder("""
                {"type":"payment_method.expiring","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_method_id":"m",\
                "expires_at":%s}
                """.formatted(late));
        for (var i = 0; i < said.size(); i++) {
            events.append(event.formatted(i, said.get(i)));
        }

        upload(events.toString())
                .statusCode(200)
                .body("accepted", equalTo(4))
                .body("errors.line", equalTo(List.of(1, 2, 3, 4, 5, 6, 7)))
                .body(
                        "errors.field",
                        equalTo(List.of(
                                "expires_at",
                                "current_period_end",
                                "cancelled_at",
                                "ends_at",
                                "amount",
                                "amount",
                                "amount")));
        assertThat(OwnerDatabase.strings(
                        "select concat_ws(' ', subscription_id, round(monthly_amount)) from subscriptions where organization_id = '%s' order by 1"
                                .formatted(organization)))
                .containsExactly(
                        "s6 999999999999996", "s7 999999999999996", "s8 1000000000000000", "s9 83333333333333");
        Webhooks.send(organization, """
                        {"id":"w","type":"subscription.created","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob",\
                        "subscription_id":"w","will_renew":false,"ends_at":%s}""".formatted(late))
                .then()
                .statusCode(400)
                .body("errors.field", equalTo(List.of("ends_at")));
    }

    @Test
    void amountsOfAnotherCurrencyAndOfNothingAreNoTransactions() throws SQLException {
        upload("""
                {"type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"usd","amount":1,"currency":"usd"}
                {"type":"payment.succeeded","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","payment_id":"free","amount":0}
                {"type":"payment.succeeded","occurred_at":"2026-01-03T00:00:00Z","customer_id":"bob","payment_id":"eur","amount":0.01,"currency":"EUR"}
                """).statusCode(200).body("inserted", equalTo(3));

        assertThat(transactions()).containsExactly("eur completed 0.0100");
        customer("bob", "payments").body("items.payment_id", equalTo(List.of("eur", "free", "usd")));
    }

    @Test
    void anOrganizationThatUploadsItsPaymentsOtherwiseDoesNotHaveThemTwice() throws SQLException {
        Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/billing-settings", organization)
                .then()
                .body("payments_are_transactions", equalTo(true));
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("payments_are_transactions", false, "cancellations_are_events", false))
                .put("/api/v1/organizations/{org_id}/billing-settings", organization)
                .then()
                .statusCode(200)
                .body("payments_are_transactions", equalTo(false));
        var paid = """
                {"type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p%d","amount":5}
                """;

        upload(paid.formatted(1)).statusCode(200);
        upload("""
                {"type":"subscription.cancelled","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","subscription_id":"s"}
                """).statusCode(200);
        assertThat(transactions()).isEmpty();
        assertThat(Database.number("select count(*) from events where organization_id = ?", organization))
                .isZero();
        customer("bob", "payments").body("items.size()", equalTo(1));
    }

    @Test
    void aTransactionThatIsUploadedByTheIdOfThePaymentIsTheSame() throws SQLException {
        Api.uploadTransactions(
                        organization,
                        "customer_id,occurred_at,amount,transaction_id,product\nbob,2026-01-01,5,p1,Tea\n")
                .then()
                .statusCode(200);
        upload("""
                {"type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p1","amount":5}
                """).statusCode(200);

        assertThat(transactions()).containsExactly("p1 completed 5.0000");
        assertThat(Database.text("select product from transactions where organization_id = ?", organization))
                .isEqualTo("Tea");
    }

    @Test
    void featuresSeeWhatFailedAndWhatWasPaid() {
        upload("""
                {"type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":30,"attempt_count":1}
                {"type":"payment.failed","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","payment_id":"p","amount":30,"attempt_count":2}
                {"type":"payment.succeeded","occurred_at":"2026-01-03T00:00:00Z","customer_id":"bob","payment_id":"p","amount":30}
                {"type":"payment.failed","occurred_at":"2026-01-04T00:00:00Z","customer_id":"bob","payment_id":"q","amount":30,"attempt_count":1}
                """).statusCode(200);

        customer("bob", "features?as_of=2026-01-10T00:00:00Z")
                .body("failed_payments_90d", equalTo(3))
                .body("frequency", equalTo(1))
                .body("monetary", equalTo(30.00f));
    }

    @Test
    void eventsOfUnknownCustomersWaitForThem() throws SQLException {
        Webhooks.send(organization, """
                        {"id":"e1","type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"eve","payment_id":"p","amount":7}""")
                .then()
                .statusCode(200)
                .body("status", equalTo("parked"))
                .body("reason", equalTo("There is no customer eve"));
        upload("""
                {"event_id":"e2","type":"payment.succeeded","occurred_at":"2026-01-02T00:00:00Z","customer_id":"eve","payment_id":"p","amount":7}
                {"event_id":"e3","type":"payment.failed","occurred_at":"2026-01-02T00:00:00Z","customer_id":"mallory","payment_id":"p","amount":7}
                """).statusCode(200);
        assertThat(statuses()).containsExactly("e1 parked", "e2 parked", "e3 parked");
        assertThat(transactions()).isEmpty();
        Api.as(Api.key(organization, "viewer"))
                .get("/api/v1/customers/eve/payment-failures")
                .then()
                .statusCode(404);

        Api.upload(organization, "events", "customer_id,occurred_at,event_type\neve,2026-01-05,login\n")
                .then()
                .statusCode(200);

        assertThat(statuses()).containsExactly("e1 applied", "e2 applied", "e3 parked");
        assertThat(transactions()).containsExactly("p#e1 failed 7.0000", "p completed 7.0000");
        customer("eve", "payment-failures").body("items[0].status", equalTo("recovered"));
    }

    @Test
    void theIdThatStripeHasForACustomerMayComeLater() throws SQLException {
        var event = Webhooks.fixture("invoice.payment_failed").replace("cus_9s6XKzkNRiz8i3", "cus_bob");
        Webhooks.sendStripe(organization, event).then().statusCode(200).body("status", equalTo("parked"));

        Api.upload(organization, "customers", "customer_id,stripe_customer_id\nbob,cus_bob\n")
                .then()
                .statusCode(200);

        assertThat(statuses()).containsExactly("evt_1NG8Du2eZvKYlo2CUI79vXWy applied");
        customer("bob", "payment-failures").body("items.size()", equalTo(1));
    }

    @Test
    void aLookAtWhatIsParkedFindsCustomersThatNoUploadHasTold() throws SQLException {
        var event = """
                {"id":"%1$s","type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"%1$s","payment_id":"p","amount":7}""";
        for (var customer : List.of("eve", "mallory")) {
            Webhooks.send(organization, event.formatted(customer))
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("parked"));
        }
        Database.execute("""
                insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                values ('%s', derived_id('%1$s', 'eve'), 'eve', now(), now())""".formatted(organization));

        parked.look().await().atMost(Duration.ofSeconds(30));

        assertThat(statuses()).containsExactly("eve applied", "mallory parked");
        assertThat(transactions()).containsExactly("p#eve failed 7.0000");
    }

    @Test
    void aParkedEventThatFailsIsSetAsideAndTheOthersAreReplayed() throws SQLException {
        parkTwo();
        var recorder = Recorder.of(organization);
        recorder.failOn(fact -> fact.eventId().equals("e1"));

        Api.upload(organization, "customers", "customer_id\neve\n").then().statusCode(200);

        assertThat(statuses()).containsExactly("e1 failed", "e2 applied");
        assertThat(recorder.facts()).extracting(BillingFact::eventId).containsExactly("e2");
        assertThat(transactions()).containsExactly("p2 completed 7.0000");
        assertThat(Database.text(
                        "select reason from webhook_events where organization_id = ? and event_id = 'e1'",
                        organization))
                .isEqualTo("Something went wrong in the service");
    }

    private void parkTwo() {
        upload("""
                {"event_id":"e1","type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"eve","payment_id":"p1","amount":7}
                {"event_id":"e2","type":"payment.succeeded","occurred_at":"2026-01-02T00:00:00Z","customer_id":"eve","payment_id":"p2","amount":7}
                """).statusCode(200);
    }

    /** In whichever order a look takes organizations, one of the two comes after the one that fails. */
    @Test
    void aLookGoesOnWithTheNextOrganizationWhenOneFails() throws SQLException {
        parkTwo();
        var one = organization;
        anOrganizationWithCustomers();
        parkTwo();
        for (var failing : List.of(one, organization)) {
            Database.execute("""
                    insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                    values ('%s', derived_id('%1$s', 'eve'), 'eve', now(), now())""".formatted(failing));
        }
        try {
            refuseChanges(one);
            parked.look().await().atMost(Duration.ofSeconds(60));
            assertThat(statuses()).containsExactly("e1 applied", "e2 applied");

            Database.execute(
                    "update webhook_events set status = 'parked' where organization_id = '%s'".formatted(organization));
            refuseChanges(organization);
            parked.look().await().atMost(Duration.ofSeconds(60));
            organization = one;
            assertThat(statuses()).containsExactly("e1 applied", "e2 applied");
        } finally {
            Database.execute("drop function refuse_changes() cascade");
        }
    }

    /** The events of an organization cannot be changed, not even to say that they have failed. */
    private static void refuseChanges(UUID refused) throws SQLException {
        Database.execute("""
                create or replace function refuse_changes() returns trigger language plpgsql as $$
                begin
                    raise 'refused by the test';
                end
                $$;
                create or replace trigger refuse_changes before update on webhook_events
                for each row when (old.organization_id = '%s') execute function refuse_changes()""".formatted(refused));
    }

    @Test
    void whatWasOfNoUseIsForgottenAfterThirtyDaysAndNothingElse() throws SQLException {
        upload("""
                {"event_id":"applied","type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":5}
                {"event_id":"parked","type":"payment.succeeded","occurred_at":"2026-01-01T00:00:00Z","customer_id":"eve","payment_id":"p","amount":5}
                """).statusCode(200);
        for (var id : List.of("new", "old")) {
            Webhooks.send(organization, "{\"id\":\"%s\",\"type\":\"none\"}".formatted(id))
                    .then()
                    .statusCode(200);
        }
        Database.execute("""
                update webhook_events set received_at = now() - interval '31 days'
                where organization_id = '%s' and event_id <> 'new'""".formatted(organization));

        parked.forget().await().atMost(Duration.ofSeconds(30));

        assertThat(statuses()).containsExactly("applied applied", "new ignored", "parked parked");
    }

    @Test
    void manyParkedEventsAreReplayedAtOnce() throws SQLException {
        var events = new StringBuilder();
        for (var i = 0; i < 12_000; i++) {
            events.append("""
                    {"event_id":"%d","type":"payment.failed","occurred_at":"2026-01-0%d","customer_id":"n%d","payment_id":"p","amount":1,"attempt_count":%d}
                    """.formatted(i, 1 + i % 3, i / 3, 1 + i % 3));
        }
        upload(events.toString()).statusCode(200).body("inserted", equalTo(12_000));
        var customers = new StringBuilder("customer_id\n");
        for (var i = 0; i < 4_000; i++) {
            customers.append('n').append(i).append('\n');
        }
        Api.upload(organization, "customers", customers.toString()).then().statusCode(200);

        assertThat(Database.number(
                        "select count(*) from webhook_events where organization_id = ? and status = 'applied'",
                        organization))
                .isEqualTo(12_000);
        assertThat(Database.number(
                        "select count(*) from payment_failures where organization_id = ? and attempt_count = 3",
                        organization))
                .isEqualTo(4_000);
        assertThat(Database.number("select count(*) from transactions where organization_id = ?", organization))
                .isEqualTo(12_000);
    }

    @Test
    void anErasedCustomerLeavesNothingOfWhatTheyPaid() throws SQLException {
        upload("""
                {"type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"bob","payment_id":"p","amount":7}
                {"type":"payment.succeeded","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","payment_id":"p","amount":7}
                {"type":"subscription.created","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","subscription_id":"s"}
                {"type":"payment_method.expiring","occurred_at":"2026-01-02T00:00:00Z","customer_id":"bob","payment_method_id":"card","expires_at":"2026-02-01"}
                """).statusCode(200);
        for (var table : List.of(
                "webhook_events", "payment_failures", "payments", "subscriptions", "payment_methods", "transactions")) {
            assertThat(Database.number("select count(*) from " + table + " where organization_id = ?", organization))
                    .as(table)
                    .isPositive();
        }
        Api.as(Api.key(organization, "admin"))
                .delete("/api/v1/customers/bob")
                .then()
                .statusCode(204);
        for (var table : List.of(
                "webhook_events", "payment_failures", "payments", "subscriptions", "payment_methods", "transactions")) {
            assertThat(Database.number("select count(*) from " + table + " where organization_id = ?", organization))
                    .as(table)
                    .isZero();
        }
    }

    @Test
    void theDatabaseDerivesTheIdsThatTheServiceDerives() throws SQLException {
        for (var name : List.of("", "in_1MtHbELkdIwHu7ixl4OzzPMv#2", "Zoë 💶")) {
            assertThat(Database.text("select derived_id(?, ?)", organization, name))
                    .isEqualTo(io.perennial.tenant.CustomerId.derive(organization, name)
                            .toString());
        }
    }
}
