package io.perennial.insight.value;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.util.Map;
import java.util.UUID;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;

/** Values and stages as their users ask for them. */
public final class Standing {

    public static final String AS_OF = "2025-06-30T00:00:00Z";

    private Standing() {}

    public static void customers(UUID organization, String lines) {
        Api.upload(organization, "customers", "customer_id,registered_at\n" + lines)
                .then()
                .statusCode(200);
    }

    public static void transactions(UUID organization, String lines) {
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\n" + lines)
                .then()
                .statusCode(200);
    }

    public static void events(UUID organization, String lines) {
        Api.upload(organization, "events", "customer_id,occurred_at,event_type\n" + lines)
                .then()
                .statusCode(200);
    }

    /** Brings churn probabilities along, and segments as of {@link #AS_OF}. */
    public static void churn(UUID organization, String lines) {
        Api.asAdmin()
                .contentType("text/csv; charset=UTF-8")
                .queryParam("as_of", AS_OF)
                .body("customer_id,churn_score\n" + lines)
                .post("/api/v1/segmentation/organizations/{org_id}/segment", organization)
                .then()
                .statusCode(200);
    }

    /** Calculates as of an instant and yields the totals of the finished run. */
    public static JsonPath calculate(UUID organization, String asOf) throws InterruptedException {
        var run = Api.awaitRun(Api.asAdmin()
                .queryParam("as_of", asOf)
                .post("/api/v1/value/organizations/{org_id}/calculate", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        return run.setRootPath("totals");
    }

    /** What is read about a customer, such as {@code value} or {@code lifecycle}. */
    public static JsonPath of(UUID organization, String customer, String what) {
        return Api.asAdmin()
                .get("/api/v1/customers/{customer_id}/" + what, CustomerId.of(organization, customer))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** What is read about an organization, such as {@code lifecycle} and {@code flow}. */
    public static JsonPath of(UUID organization, String room, String what, Map<String, ?> query) {
        return Api.asAdmin()
                .queryParams(query)
                .get("/api/v1/" + room + "/organizations/{org_id}/" + what, organization)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
