package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.util.UUID;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;

/** Health scores as their users ask for them. */
final class Health {

    static final String AS_OF = "2025-06-30T00:00:00Z";

    private Health() {}

    static void customers(UUID organization, String lines) {
        Api.upload(organization, "customers", "customer_id,registered_at\n" + lines)
                .then()
                .statusCode(200);
    }

    static void transactions(UUID organization, String lines) {
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount,status\n" + lines)
                .then()
                .statusCode(200);
    }

    static void events(UUID organization, String lines) {
        Api.upload(organization, "events", "customer_id,occurred_at,event_type,value,scale_max,text\n" + lines)
                .then()
                .statusCode(200);
    }

    /** Brings churn probabilities along. */
    static void churn(UUID organization, String lines) {
        Api.asAdmin()
                .contentType("text/csv; charset=UTF-8")
                .queryParam("as_of", AS_OF)
                .body("customer_id,churn_score\n" + lines)
                .post("/api/v1/segmentation/organizations/{org_id}/segment", organization)
                .then()
                .statusCode(200);
    }

    /** Scores an organization and yields the totals of the finished run. */
    static JsonPath score(UUID organization, String asOf) throws InterruptedException {
        var run = Api.awaitRun(Api.asAdmin()
                .queryParam("as_of", asOf)
                .post("/api/v1/health-scores/organizations/{org_id}/score", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run.setRootPath("totals");
    }

    static JsonPath of(UUID organization, String customer) {
        return Api.asAdmin()
                .get("/api/v1/health-scores/customers/{customer_id}", CustomerId.of(organization, customer))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static JsonPath scoreNow(UUID organization, String customer) {
        return Api.asAdmin()
                .post("/api/v1/health-scores/customers/{customer_id}/score", CustomerId.of(organization, customer))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static JsonPath summary(UUID organization) {
        return Api.asAdmin()
                .get("/api/v1/health-scores/organizations/{org_id}/summary", organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static JsonPath history(UUID organization, String customer) {
        return Api.asAdmin()
                .get("/api/v1/health-scores/customers/{customer_id}/history", CustomerId.of(organization, customer))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
