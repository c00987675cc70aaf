package io.perennial.insight.behavior;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;

/** What invented customers did some days before {@link #AS_OF}, and the analysis of it as users ask for it. */
final class Doings {

    static final String AS_OF = "2025-06-30T00:00:00Z";

    /** Longer ago than anything that is looked at. */
    private static final String REGISTERED = "2020-01-01T00:00:00Z";

    private final StringBuilder customers = new StringBuilder("customer_id,registered_at\n");
    private final StringBuilder events = new StringBuilder("customer_id,occurred_at,event_type,value\n");
    private final StringBuilder transactions =
            new StringBuilder("customer_id,occurred_at,amount,status,discount,category\n");

    private String customer;

    /** The customer of whom the next calls tell. */
    Doings customer(String externalId) {
        return customer(externalId, REGISTERED);
    }

    Doings customer(String externalId, String registeredAt) {
        customer = externalId;
        customers.append("%s,%s\n".formatted(externalId, registeredAt));
        return this;
    }

    /** Somebody of whom only deeds are told. */
    Doings stranger(String externalId) {
        customer = externalId;
        return this;
    }

    Doings event(String type, int times, int daysAgo) {
        return valued(type, times, daysAgo, "");
    }

    Doings valued(String type, int times, int daysAgo, Object value) {
        for (var i = 0; i < times; i++) {
            events.append("%s,%s,%s,%s\n".formatted(customer, daysBefore(daysAgo), type, value));
        }
        return this;
    }

    Doings bought(int times, int daysAgo) {
        return bought(times, daysAgo, "10", "cards");
    }

    Doings bought(int times, int daysAgo, String amount, String category) {
        return transaction(times, daysAgo, amount, "completed", "", category);
    }

    Doings transaction(int times, int daysAgo, String amount, String status, String discount, String category) {
        for (var i = 0; i < times; i++) {
            transactions.append(
                    "%s,%s,%s,%s,%s,%s\n".formatted(customer, daysBefore(daysAgo), amount, status, discount, category));
        }
        return this;
    }

    static Instant daysBefore(int days) {
        return Instant.parse(AS_OF).minus(Duration.ofDays(days));
    }

    void uploadTo(UUID organization) {
        Api.upload(organization, "customers", customers.toString()).then().statusCode(200);
        Api.upload(organization, "events", events.toString()).then().statusCode(200);
        Api.uploadTransactions(organization, transactions.toString()).then().statusCode(200);
    }

    /** Analyzes an organization and yields the answer. */
    static JsonPath analyze(UUID organization, String asOf) {
        return Api.asAdmin()
                .queryParam("as_of", asOf)
                .post("/api/v1/behavior/organizations/{org_id}/analyze-behaviors", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static JsonPath of(UUID organization, String customer) {
        return Api.asAdmin()
                .get("/api/v1/behavior/customers/{customer_id}/behavior", CustomerId.of(organization, customer))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static JsonPath insights(UUID organization) {
        return Api.asAdmin()
                .get("/api/v1/behavior/organizations/{org_id}/behavior-insights", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** An organization of which this is all that is known, analyzed. */
    UUID analyzed(String orgType) {
        var organization = Api.organization(orgType);
        uploadTo(organization);
        assertThat(analyze(organization, AS_OF).getBoolean("success")).isTrue();
        return organization;
    }
}
