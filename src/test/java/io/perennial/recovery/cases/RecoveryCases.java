package io.perennial.recovery.cases;

import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.intake.billing.Signature;
import io.perennial.testing.Api;
import io.perennial.testing.Database;

/** Cases of an organization as its people see them, and what its billing system tells. */
final class RecoveryCases {

    private static final String NDJSON = "application/x-ndjson; charset=UTF-8";

    private final UUID organization;

    RecoveryCases(UUID organization) {
        this.organization = organization;
    }

    /** Tells billing events, each a line of JSON. Yields when they are known. */
    void tell(String... events) {
        Api.asAdmin()
                .contentType(NDJSON)
                .body(String.join("\n", events))
                .post("/api/v1/organizations/{org_id}/billing-events", organization)
                .then()
                .statusCode(200);
    }

    /** The secret of the organization's webhooks. */
    String webhookSecret() {
        return Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/webhook-secrets", organization)
                .then()
                .statusCode(200)
                .extract()
                .path("perennial[0]");
    }

    /** Sends a billing event as a webhook until it is settled. Yields what became of it. */
    String send(String secret, String eventId, String event) {
        var body =
                "{\"event_id\":\"%s\",%s".formatted(eventId, event.substring(1)).getBytes(StandardCharsets.UTF_8);
        var signature = Signature.sign(secret, Instant.now(), body);
        var deadline = Instant.now().plusSeconds(60);
        while (true) {
            String status = Api.withoutKey()
                    .contentType("application/json; charset=utf-8")
                    .queryParam("organization", organization)
                    .header("Perennial-Signature", signature)
                    .body(body)
                    .post("/api/v1/webhooks/events")
                    .then()
                    .statusCode(200)
                    .extract()
                    .path("status");
            if (!status.equals("accepted")) {
                return status;
            }
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("The event is not settled");
            }
        }
    }

    static String failed(String customer, String payment, int attempt, Instant at) {
        return """
                {"type":"payment.failed","occurred_at":"%s","customer_id":"%s","payment_id":"%s","amount":"49.00",\
                "attempt_count":%d,"reason":"insufficient_funds","subscription_id":"sub-%2$s"}""".formatted(at, customer, payment, attempt);
    }

    static String paid(String customer, String payment, String amount, Instant at) {
        return """
                {"type":"payment.succeeded","occurred_at":"%s","customer_id":"%s","payment_id":"%s","amount":"%s"}""".formatted(at, customer, payment, amount);
    }

    static String subscription(String type, String customer, String more, Instant at) {
        return """
                {"type":"subscription.%s","occurred_at":"%s","customer_id":"%s","subscription_id":"sub-%3$s"%4$s}""".formatted(type, at, customer, more);
    }

    private static RequestSpecification asAdmin() {
        return Api.asAdmin().contentType("application/json");
    }

    JsonPath list(String... filters) {
        var request = asAdmin().queryParam("organization", organization);
        for (var i = 0; i < filters.length; i += 2) {
            request.queryParam(filters[i], filters[i + 1]);
        }
        return request.get("/api/v1/recovery/cases")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** The latest case of a customer. */
    JsonPath of(UUID customer) {
        var found = list("customer_id", customer.toString());
        return get(found.getString("items[0].id"));
    }

    JsonPath get(String id) {
        return asAdmin()
                .get("/api/v1/recovery/cases/{case_id}", id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** The kinds of what happened to a case. */
    List<String> events(String id) {
        return asAdmin()
                .get("/api/v1/recovery/cases/{case_id}/events", id)
                .then()
                .statusCode(200)
                .extract()
                .path("items.kind");
    }

    /** What is said of how a case began. */
    Map<String, Object> firstEvent(String id) {
        return asAdmin()
                .get("/api/v1/recovery/cases/{case_id}/events", id)
                .then()
                .statusCode(200)
                .extract()
                .path("items[0].detail");
    }

    ValidatableResponse create(Map<String, Object> body) {
        return asAdmin().body(body).post("/api/v1/recovery/cases").then();
    }

    ValidatableResponse decide(String id, String what, Map<String, Object> body) {
        return asAdmin()
                .body(body)
                .post("/api/v1/recovery/cases/{case_id}/" + what, id)
                .then();
    }

    JsonPath approvals(String status) {
        return asAdmin()
                .queryParam("organization", organization)
                .queryParam("status", status)
                .get("/api/v1/recovery/approvals")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    ValidatableResponse answer(String approval, String answer) {
        return asAdmin()
                .body(Map.of("comment", "because"))
                .post("/api/v1/recovery/approvals/{approval_id}/" + answer, approval)
                .then();
    }

    /** Sets some of the settings; the others are as they come. */
    ValidatableResponse settings(Map<String, Object> changed) {
        var settings = new HashMap<String, Object>(
                Map.of("holdout_share", 0, "approve_critical_cases", false, "any_payment_recovers", true));
        settings.putAll(changed);
        return asAdmin()
                .body(settings)
                .put("/api/v1/recovery/organizations/{org_id}/settings", organization)
                .then();
    }

    /** Does what is due until nothing is: of several replicas, another one may be at it. */
    void settle(CaseDriver driver) throws SQLException {
        var deadline = Instant.now().plusSeconds(60);
        while (Database.number(
                        "select count(*) from recovery_cases where organization_id = ? and assess_at is not null",
                        organization)
                > 0) {
            if (Instant.now().isAfter(deadline)) {
                throw new AssertionError("Cases are not assessed");
            }
            driver.assessDue().await().indefinitely();
        }
    }
}
