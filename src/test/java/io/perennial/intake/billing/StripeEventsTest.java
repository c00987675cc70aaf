package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.platform.ProblemException;

/** The events of Stripe, as its documentation shows them, in Perennial's words. */
class StripeEventsTest {

    private static Reading read(String text) {
        return WebhookBody.read(
                Source.STRIPE, text.getBytes(StandardCharsets.UTF_8), Webhooks.AT.plus(Duration.ofDays(2)));
    }

    private static BillingEvent event(String fixture) {
        return ((Reading.Told) read(Webhooks.fixture(fixture))).event();
    }

    private static String refusal(String text) {
        var why = ((Reading.Refused) read(text)).why();
        return why.field() + " " + why.getMessage();
    }

    @Test
    void aFailedInvoiceIsAFailedPayment() {
        var event = event("invoice.payment_failed");

        assertThat(event.type()).isEqualTo(BillingType.PAYMENT_FAILED);
        assertThat(event.eventId()).isEqualTo("evt_1NG8Du2eZvKYlo2CUI79vXWy");
        assertThat(event.customer()).isEqualTo("cus_9s6XKzkNRiz8i3");
        assertThat(event.occurredAt().toInstant()).isEqualTo(Webhooks.AT);
        assertThat(event.subject()).isEqualTo("payment_id in_1MtHbELkdIwHu7ixl4OzzPMv");
        assertThat(event.statement()).isEqualTo("failed 2");
        assertThat(event.said().getMap())
                .isEqualTo(Map.of(
                        "payment_id", "in_1MtHbELkdIwHu7ixl4OzzPMv",
                        "subscription_id", "sub_1MowQVLkdIwHu7ixeRlqHVzs",
                        "amount", "49.0000",
                        "currency", "EUR",
                        "attempt_count", 2,
                        "reason", "insufficient_funds",
                        "next_attempt_at", "2026-01-04T09:59:30Z"));
    }

    @Test
    void aCurrencyWithoutDecimalsHasNoneAndNewerVersionsKeepTheSubscriptionElsewhere() {
        assertThat(event("invoice.payment_failed.jpy").said().getMap())
                .isEqualTo(Map.of(
                        "payment_id", "in_1JPY0000000000000000yen",
                        "subscription_id", "sub_1JPY",
                        "amount", "5000.0000",
                        "currency", "JPY",
                        "attempt_count", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invoice.paid", "invoice.payment_succeeded"})
    void aPaidInvoiceIsAPaymentThatSucceeds(String fixture) {
        var event = event(fixture);

        assertThat(event.type()).isEqualTo(BillingType.PAYMENT_SUCCEEDED);
        assertThat(event.statement()).isEqualTo("succeeded");
        assertThat(event.said().getMap())
                .isEqualTo(Map.of(
                        "payment_id", "in_1MtHbELkdIwHu7ixl4OzzPMv",
                        "subscription_id", "sub_1MowQVLkdIwHu7ixeRlqHVzs",
                        "amount", "49.0000",
                        "currency", "EUR"));
    }

    @Test
    void aSubscriptionCostsWhatItsItemsCostTogether() {
        var event = event("customer.subscription.created");

        assertThat(event.type()).isEqualTo(BillingType.SUBSCRIPTION_CREATED);
        // Three times 49.00 and once 10.50.
        assertThat(event.said().getMap())
                .isEqualTo(Map.of(
                        "subscription_id", "sub_1MowQVLkdIwHu7ixeRlqHVzs",
                        "status", "active",
                        "plan", "Team",
                        "amount", "157.5000",
                        "currency", "EUR",
                        "billing_interval", "month",
                        "interval_count", 1,
                        "started_at", "2025-12-31T09:59:30Z",
                        "current_period_end", "2026-01-31T09:59:30Z",
                        "will_renew", true));
    }

    @Test
    void aLowerPriceIsADowngrade() {
        var event = event("customer.subscription.updated.downgrade");

        assertThat(event.type()).isEqualTo(BillingType.PLAN_DOWNGRADED);
        assertThat(event.said().getMap())
                .containsEntry("plan", "Solo")
                .containsEntry("previous_plan", "Team")
                .containsEntry("amount", "27.0000")
                .containsEntry("will_renew", true);
    }

    @Test
    void plansOfMonthsAndOfYearsAreComparedByTheMonth() {
        // 3 × 490.00 a year are 122.50 a month, less than the 147.00 of before.
        assertThat(event("customer.subscription.updated.yearly").type()).isEqualTo(BillingType.PLAN_DOWNGRADED);
        assertThat(read(Webhooks.fixture("customer.subscription.updated.yearly").replace("49000", "60000")))
                .isInstanceOfSatisfying(
                        Reading.Told.class,
                        told -> assertThat(told.event().type()).isEqualTo(BillingType.SUBSCRIPTION_UPDATED));
    }

    @Test
    void aSubscriptionThatWillNotRenewIsCancelledAndStillActive() {
        var event = event("customer.subscription.updated.cancelled");

        assertThat(event.type()).isEqualTo(BillingType.SUBSCRIPTION_CANCELLED);
        assertThat(event.said().getMap())
                .containsEntry("status", "active")
                .containsEntry("will_renew", false)
                .containsEntry("cancelled_at", "2026-01-01T09:59:30Z")
                .containsEntry("ends_at", "2026-01-31T09:59:30Z")
                .containsEntry("reason", "too_expensive");
    }

    @Test
    void aCancellationThatIsTakenBackIsAReactivation() {
        var event = event("customer.subscription.updated.reactivated");

        assertThat(event.type()).isEqualTo(BillingType.SUBSCRIPTION_REACTIVATED);
        assertThat(event.said().getMap())
                .containsEntry("will_renew", true)
                .doesNotContainKeys("cancelled_at", "ends_at", "reason");
    }

    @Test
    void anotherStatusIsAnUpdate() {
        var event = event("customer.subscription.updated.past_due");

        assertThat(event.type()).isEqualTo(BillingType.SUBSCRIPTION_UPDATED);
        assertThat(event.said().getMap()).containsEntry("status", "past_due").containsEntry("will_renew", true);
    }

    @Test
    void aDeletedSubscriptionIsCancelledAndHasEnded() {
        var event = event("customer.subscription.deleted");

        assertThat(event.type()).isEqualTo(BillingType.SUBSCRIPTION_CANCELLED);
        assertThat(event.said().getMap())
                .isEqualTo(Map.ofEntries(
                        Map.entry("subscription_id", "sub_1MowQVLkdIwHu7ixeRlqHVzs"),
                        Map.entry("status", "cancelled"),
                        Map.entry("plan", "Team, fortnightly"),
                        Map.entry("amount", "9.9900"),
                        Map.entry("currency", "USD"),
                        Map.entry("billing_interval", "week"),
                        Map.entry("interval_count", 2),
                        Map.entry("started_at", "2025-12-31T09:59:30Z"),
                        Map.entry("current_period_end", "2026-01-08T09:59:30Z"),
                        Map.entry("will_renew", false),
                        Map.entry("cancelled_at", "2026-01-01T09:59:30Z"),
                        Map.entry("ends_at", "2026-01-01T09:59:30Z"),
                        Map.entry("reason", "payment_failed")));
    }

    @Test
    void aCardExpiresAtTheEndOfItsMonth() {
        var event = event("customer.source.expiring");

        assertThat(event.type()).isEqualTo(BillingType.PAYMENT_METHOD_EXPIRING);
        assertThat(event.said().getMap())
                .isEqualTo(Map.of(
                        "payment_method_id", "card_1MvoiELkdIwHu7ixOeFGbN9D", "expires_at", "2027-01-01T00:00Z"));
    }

    @Test
    void otherTypesAreNotOfInterest() {
        assertThat(read(Webhooks.fixture("customer.created")))
                .isEqualTo(new Reading.Ignored("evt_1NG8Dcustomer", "customer.created"));
    }

    @ParameterizedTest
    @CsvSource({
        "5000, JPY, 5000",
        "5000, KRW, 5000",
        "5000, EUR, 50.00",
        "5125, KWD, 5.125",
        "1, USD, 0.01",
        "500, ISK, 5.00",
        "500, UGX, 5.00",
        "123456789012, EUR, 1234567890.12"
    })
    void amountsAreInTheSmallestUnitOfTheCurrency(BigDecimal minorUnits, String currency, BigDecimal amount) {
        assertThat(StripeEvents.major(minorUnits, currency)).isEqualByComparingTo(amount);
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheFieldThatIsWrong() {
        var failed = Webhooks.fixture("invoice.payment_failed");

        assertThat(refusal(failed.replaceFirst("\"amount_remaining\": 4900", "\"amount_remaining\": 49.5")))
                .startsWith("amount_remaining is not a whole number");
        assertThat(refusal(failed.replaceFirst("\"amount_remaining\": 4900", "\"amount_remaining\": -4900")))
                .startsWith("amount -49.00 is negative");
        assertThat(refusal(failed.replace("\"customer\": \"cus_9s6XKzkNRiz8i3\"", "\"customer\": null")))
                .isEqualTo("customer_id is missing");
        assertThat(refusal(failed.replace("\"currency\": \"eur\"", "\"currency\": \"euros\"")))
                .isEqualTo("currency is not a code of three letters");
        assertThat(refusal(failed.replace("\"created\": 1767261570", "\"created\": 99999999999999")))
                .isEqualTo("occurred_at is missing");
        assertThat(refusal(failed.replace("\"created\": 1767261570", "\"created\": 1893456000")))
                .isEqualTo("occurred_at 2030-01-01T00:00:00Z lies in the future");
        assertThat(refusal("{\"id\":\"evt_1\",\"type\":\"invoice.paid\",\"created\":1767261570}"))
                .isEqualTo("data.object is missing");
        assertThat(refusal(
                        Webhooks.fixture("customer.source.expiring").replace("\"exp_month\": 12", "\"exp_month\": 13")))
                .isEqualTo("exp_month and exp_year are not the end of a card");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "1",
                "\"text\"",
                "{",
                "{\"id\":\"evt_1\",\"type\":\"invoice.paid\"} {}",
                "{\"id\":\"evt_1\",\"id\":\"evt_2\",\"type\":\"invoice.paid\"}",
                "{\"type\":\"invoice.paid\"}",
                "{\"id\":1,\"type\":\"invoice.paid\"}",
                "{\"id\":\"\",\"type\":\"invoice.paid\"}",
                "{\"id\":\"evt\\u0000\",\"type\":\"invoice.paid\"}",
                "{\"id\":\"evt_1\"}",
                "{\"id\":\"evt_1\",\"type\":{}}"
            })
    void whatIsNoEventIsNotRead(String text) {
        assertThat(catchThrowable(() -> read(text)))
                .isInstanceOf(ProblemException.class)
                .satisfies(
                        e -> assertThat(((ProblemException) e).type().status()).isEqualTo(400));
    }

    @Test
    void aDocumentThatIsDeepOrHasHugeNumbersIsNotRead() {
        for (var text : new String[] {
            "{\"id\":\"e\",\"type\":\"t\",\"data\":" + "[".repeat(100_000),
            "{\"id\":\"e\",\"type\":\"t\",\"data\":" + "9".repeat(100_000) + "}"
        }) {
            assertThat(catchThrowable(() -> read(text))).isInstanceOf(ProblemException.class);
        }
    }
}
