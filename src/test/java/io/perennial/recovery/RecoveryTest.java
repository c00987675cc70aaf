package io.perennial.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Recovery as callers of the API see it, from a failed payment to one that succeeds. */
@ServiceTest
class RecoveryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Instant now = Instant.now();
    private UUID organization;

    @BeforeEach
    void aCustomerWhosePaymentFailedTwice() {
        organization = Api.organization("ecommerce");
        Api.upload(
                        organization,
                        "customers",
                        "customer_id,name,email,language\nada,Ada Lovelace,ada@customers.example,en\n")
                .then()
                .statusCode(200);
        tell("""
                        {"event_id": "%s", "type": "subscription.created", "occurred_at": "%s", "customer_id": "ada",
                         "subscription_id": "sub_1", "plan": "Pro", "amount": "640.00", "billing_interval": "month"}""".formatted(UUID.randomUUID(), now.minus(Duration.ofDays(400))), failed(1, 2), failed(2, 1));
    }

    private String failed(int attempt, int hours) {
        return payment("payment.failed", hours)
                + ",\"attempt_count\":%d,\"reason\":\"card_declined\"}".formatted(attempt);
    }

    private String payment(String type, int hours) {
        return "{\"event_id\":\"%s\",\"type\":\"%s\",\"occurred_at\":\"%s\",\"customer_id\":\"ada\",\"payment_id\":\"in_1\",\"amount\":\"640.00\""
                .formatted(UUID.randomUUID(), type, now.minus(Duration.ofHours(hours)));
    }

    private void tell(String... events) {
        Api.asAdmin()
                .contentType("application/json")
                .body("[" + String.join(",", events) + "]")
                .post("/api/v1/organizations/{org_id}/billing-events", organization)
                .then()
                .statusCode(200);
    }

    private JsonPath get(String path, Object... parameters) {
        return Api.asAdmin()
                .get(path, parameters)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private String caseOf(String status) throws InterruptedException {
        var deadline = Instant.now().plus(PATIENCE);
        while (!List.of(status).equals(cases().getList("items.status"))) {
            assertThat(Instant.now()).as("the case becomes " + status).isBefore(deadline);
            Thread.sleep(50);
        }
        return cases().getString("items[0].id");
    }

    private JsonPath cases() {
        return get("/api/v1/recovery/cases?organization=" + organization);
    }

    @Test
    void aFailedPaymentBecomesACaseThatAPaymentEnds() throws InterruptedException {
        var caseId = caseOf("active");
        var recoveryCase = get("/api/v1/recovery/cases/{case_id}", caseId);
        assertThat(recoveryCase.getString("trigger_event.type")).isEqualTo("payment_failed");
        assertThat(recoveryCase.getString("messaging_tone")).isEqualTo("premium");
        assertThat(recoveryCase.getList("risk.factors.factor")).contains("failed_payment_attempts");

        var done = Api.asAdmin()
                .post("/api/v1/recovery/organizations/{org_id}/dunning/run", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(done.getInt("done")).isPositive();
        assertThat(done.getInt("failed") + done.getInt("skipped")).isZero();
        var steps = get("/api/v1/recovery/cases/{case_id}/steps", caseId);
        assertThat(steps.getString("find { it.stage == 'dunning_1' && it.channel == 'email' }.status"))
                .isEqualTo("done");

        var messages = get("/api/v1/outreach/organizations/{org_id}/messages?channel=email", organization);
        assertThat(messages.getString("items[0].template")).isEqualTo("payment_failed.premium.dunning_1.email.en");

        var failure = recoveryCase.getString("trigger_event.failure_id");
        var offers = get("/api/v1/recovery/failures/{failure_id}/retention-offers?stage=dunning_3", failure);
        assertThat(offers.getFloat("offers.find { it.type == 'discount' }.savings_total"))
                .isEqualTo(1920f);
        var message = get("/api/v1/recovery/failures/{failure_id}/message?stage=dunning_1", failure);
        assertThat(message.getString("personalized_message.subject"))
                .isEqualTo("Important: Payment Update Required for Your Premium Account");
        assertThat(message.getString("personalized_message.message")).contains("Dear Ada Lovelace", "€640.00");
        var debug = get("/api/v1/recovery/failures/{failure_id}/debug", failure);
        assertThat(debug.getString("failure_record.payment_id")).isEqualTo("in_1");
        assertThat(debug.getString("segment_result.segment")).isEqualTo("high_value");

        tell(payment("payment.succeeded", 0) + "}");
        assertThat(caseOf("recovered")).isEqualTo(caseId);
        var figures = get("/api/v1/recovery/organizations/{org_id}/figures", organization);
        assertThat(figures.getInt("total.recovered")).isOne();
        assertThat(figures.getFloat("total.revenue.gross_revenue")).isEqualTo(640f);
        assertThat(get("/api/v1/recovery/cases/{case_id}/steps", caseId).getList("status"))
                .doesNotContain("planned");
    }

    @Test
    void aTemplateIsChangedAndPreviewed() {
        var name = "payment_failed.premium.dunning_1.sms.en";
        var text = "Dear {customer_name}, please see {cta_url}";
        Api.asAdmin()
                .contentType("application/json")
                .body(Map.of(
                        "variants",
                        List.of(Map.of(
                                "name", "short", "weight", 1, "content", Map.of("cta_path", "/pay", "text", text)))))
                .put("/api/v1/recovery/templates/organizations/{org_id}/{template}", organization, name)
                .then()
                .statusCode(200);

        var preview = Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("customer_id", "ada"))
                .post("/api/v1/recovery/templates/organizations/{org_id}/{template}/preview", organization, name)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(preview.getString("text")).startsWith("Dear Ada Lovelace, please see https://");
    }
}
