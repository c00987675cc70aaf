package io.perennial.testing;

import static io.restassured.RestAssured.given;

import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/** The API as its users call it. Every test makes an organization of its own, so tests run in any order. */
public final class Api {

    private static final String CSV = "text/csv; charset=UTF-8";

    /** Sends the media type as the test says it, with no charset added. */
    private static final RestAssuredConfig AS_IT_IS = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                    .encodeContentTypeAs("application/x-ndjson", ContentType.TEXT));

    private Api() {}

    /** A request by the admin of the whole instance. */
    public static RequestSpecification asAdmin() {
        return as(DatabaseResource.ADMIN_KEY);
    }

    /** A request with a key. */
    public static RequestSpecification as(String key) {
        return withoutKey().header("X-API-Key", key);
    }

    /** A request by nobody. */
    public static RequestSpecification withoutKey() {
        return given().config(AS_IT_IS);
    }

    /** Creates an organization and yields its id. */
    public static UUID organization(String orgType) {
        return UUID.fromString(asAdmin()
                .contentType("application/json")
                .body(Map.of("name", "Test", "org_type", orgType, "currency", "EUR", "timezone", "UTC"))
                .post("/api/v1/organizations")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    /** Makes a key of an organization. */
    public static String key(UUID organization, String role) {
        return asAdmin()
                .contentType("application/json")
                .body(Map.of("name", "test", "role", role))
                .post("/api/v1/organizations/{org_id}/api-keys", organization)
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    /** Uploads transactions as CSV. */
    public static Response uploadTransactions(UUID organization, String csv) {
        return asAdmin()
                .contentType(CSV)
                .body(csv)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization);
    }

    /** Uploads events or customers as CSV. */
    public static Response upload(UUID organization, String what, String csv) {
        return asAdmin().contentType(CSV).body(csv).post("/api/v1/organizations/{org_id}/" + what, organization);
    }

    /** Segments an organization as of an instant and waits for the end. */
    public static Response segment(UUID organization, String asOf) {
        return asAdmin()
                .queryParam("as_of", asOf)
                .post("/api/v1/segmentation/organizations/{org_id}/segment", organization);
    }

    /** Runs something over an organization as of an instant and yields the finished run. */
    public static JsonPath run(UUID organization, String kind, String asOf) throws InterruptedException {
        return awaitRun(asAdmin()
                .contentType("application/json")
                .body(Map.of("kind", kind, "as_of", asOf))
                .post("/api/v1/organizations/{org_id}/runs", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
    }

    /** Waits until a run is finished, five minutes at most: some train models. */
    public static JsonPath awaitRun(String run) throws InterruptedException {
        var deadline = Instant.now().plusSeconds(300);
        while (true) {
            var found = asAdmin()
                    .get("/api/v1/runs/{run_id}", run)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            if (!found.getString("status").equals("running") || Instant.now().isAfter(deadline)) {
                return found;
            }
            Thread.sleep(20);
        }
    }
}
