package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ApiDocument;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

/**
 * Goes over every operation of the API document as somebody who may not use it, so that no new operation can be forgotten:
 * an operation with something unknown in its path fails here until it is said what that is.
 */
@ServiceTest
class TenantIsolationTest {

    private static final String PROBLEM = "application/problem+json";

    /** Operations with nothing of anybody in their path. Each has a test of its own below. */
    private static final Set<String> WITHOUT_PATH_PARAMETERS = Set.of(
            "listOrganizations",
            "createOrganization",
            "receiveBounces",
            "getSegmentDefinitions",
            "listModelKinds",
            "listPlaceholders",
            "receiveWebhook",
            "receiveStripeWebhook",
            "createRecoveryCase",
            "listRecoveryCases",
            "listRecoveryApprovals");

    /** Operations for whoever can sign, with a key or without. Without a signature they answer nobody. */
    private static final Set<String> SIGNED = Set.of("receiveWebhook", "receiveBounces", "receiveStripeWebhook");

    private ApiDocument document;
    private UUID theirs;
    private Map<String, String> theirIds;

    @BeforeEach
    void anotherOrganizationHasData() {
        document = ApiDocument.read();
        theirs = Api.organization("ecommerce");
        Api.uploadTransactions(theirs, """
                        customer_id,occurred_at,amount
                        CUST_00042,2025-01-01,10
                        CUST_00042,2025-02-01,20
                        CUST_00043,2025-01-15,5
                        """).then().statusCode(200);
        var segmented = Api.segment(theirs, "2025-03-01T00:00:00Z");
        segmented.then().statusCode(200);
        Api.key(theirs, "viewer");
        theirIds = Map.ofEntries(
                Map.entry("org_id", theirs.toString()),
                Map.entry("customer_id", firstId("customers", "items[0].id")),
                Map.entry("run_id", firstId("runs", "items[0].id")),
                Map.entry("key_id", firstId("api-keys", "[0].id")),
                Map.entry("decision_id", "5d2c0e6b-1f7a-4d0e-8a35-6b1f0c9d7e42"),
                Map.entry("kind", "churn"),
                Map.entry("number", "1"),
                Map.entry("offer_id", "4"),
                Map.entry("template", "payment_failed.premium.dunning_1.email.en"),
                Map.entry("system", "crm"),
                Map.entry("failure_id", "7e1d5c3a-9b40-8f62-a1c7-4d5e6f708192"),
                Map.entry("message_id", "5d2c0e6b-1f7a-8d0e-8a35-6b1f0c9d7e42"),
                Map.entry("organization", theirs.toString()),
                Map.entry("case_id", "8e1f5a0c-3b62-8d17-9a4e-5c7f20b1d6e3"),
                Map.entry("approval_id", "c4d7b2a1-6e53-8f09-a18b-2d9e4f6c7a50"),
                Map.entry("webhook_event_id", "2c9f4b1d-7e63-8a50-9b1c-6d2f8e0a4c37"));
    }

    private String firstId(String what, String path) {
        return Api.asAdmin()
                .get("/api/v1/organizations/{org_id}/" + what, theirs)
                .then()
                .statusCode(200)
                .extract()
                .path(path);
    }

    @Test
    void toAnAdminOfAnotherOrganizationNothingOfItExists() {
        var key = Api.key(Api.organization("banking"), "admin");
        var before = OwnerDatabase.rowsOf(theirs);

        for (var operation : document.operations()) {
            if (!operation.pathParameters().isEmpty()) {
                for (var body : bodies(operation)) {
                    var answer = call(Api.as(key), operation, body);
                    assertThat(answer.statusCode())
                            .as("%s: %s", operation, answer.asString())
                            .isIn(403, 404);
                    assertIsProblem(operation, answer);
                    assertThat(answer.asString()).as(operation.toString()).doesNotContain("Harbor", "perennial_");
                }
            }
        }

        assertThat(OwnerDatabase.rowsOf(theirs)).isEqualTo(before);
        assertThat(before.get("transactions")).hasSize(3);
        assertThat(before.get("segment_assignments")).hasSize(2);
    }

    @Test
    void theExternalIdOfAnotherOrganizationsCustomerIsUnknown() {
        var key = Api.key(Api.organization("banking"), "admin");

        for (var operation : document.operations()) {
            if (operation.pathParameters().equals(List.of("customer_id"))) {
                for (var body : bodies(operation)) {
                    var answer = call(Api.as(key), operation, body, Map.of("customer_id", "CUST_00042"));
                    assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(404);
                }
            }
        }
    }

    @Test
    void idsOfAnotherOrganizationInTheQueryFindNothing() {
        var ours = Api.organization("banking");
        var key = Api.key(ours, "admin");
        var run = theirIds.get("run_id");

        Api.as(key)
                .queryParam("run_id", run)
                .get("/api/v1/segmentation/organizations/{org_id}/segment-moves", ours)
                .then()
                .statusCode(404)
                .contentType(PROBLEM);
        var moved = Api.as(key)
                .queryParam("run_id", run)
                .queryParam("from", "Champions")
                .queryParam("to", "At Risk")
                .get("/api/v1/segmentation/organizations/{org_id}/segment-moves/customers", ours)
                .then()
                .statusCode(200)
                .extract();
        assertThat(moved.<List<?>>path("items")).isEmpty();
        for (var list : List.of("customers", "runs")) {
            var page = Api.as(key)
                    .queryParam("after", theirIds.get("customer_id"))
                    .get("/api/v1/organizations/{org_id}/" + list, ours)
                    .then()
                    .statusCode(200)
                    .extract();
            assertThat(page.<List<?>>path("items")).as(list).isEmpty();
        }
    }

    @Test
    void everyOperationWithoutPathParametersIsKnownHere() {
        assertThat(document.operations().stream()
                        .filter(operation -> operation.pathParameters().isEmpty())
                        .map(ApiDocument.Operation::id))
                .containsExactlyInAnyOrderElementsOf(WITHOUT_PATH_PARAMETERS);
    }

    @Test
    void theListOfOrganizationsHoldsTheCallersOwnOnly() {
        var ours = Api.organization("banking");
        var list = Api.as(Api.key(ours, "admin"))
                .get("/api/v1/organizations")
                .then()
                .statusCode(200)
                .extract();

        assertThat(list.<List<String>>path("items.id")).containsExactly(ours.toString());
    }

    @Test
    void anAdminOfAnOrganizationCannotCreateOrganizations() {
        Api.as(Api.key(Api.organization("banking"), "admin"))
                .contentType("application/json")
                .body(Map.of("name", "Mine", "org_type", "banking", "currency", "EUR", "timezone", "UTC"))
                .post("/api/v1/organizations")
                .then()
                .statusCode(403)
                .contentType(PROBLEM);
    }

    @Test
    void theDefinitionsOfSegmentsAreTheSameForEverybody() {
        var one = definitions(Api.key(Api.organization("banking"), "viewer"));
        var other = definitions(Api.key(theirs, "admin"));

        assertThat(one).isEqualTo(other).hasSize(11);
    }

    private static Map<String, Object> definitions(String key) {
        return Api.as(key)
                .get("/api/v1/segmentation/segment-definitions")
                .then()
                .statusCode(200)
                .extract()
                .path("segments");
    }

    @Test
    void whatTemplatesCanNameIsTheSameForEverybody() {
        var one = placeholders(Api.key(Api.organization("banking"), "viewer"));
        var other = placeholders(Api.key(theirs, "admin"));

        assertThat(one).isEqualTo(other).contains("customer_name", "cta_url", "offers");
    }

    private static List<String> placeholders(String key) {
        return Api.as(key)
                .get("/api/v1/recovery/templates/placeholders")
                .then()
                .statusCode(200)
                .extract()
                .path("placeholders.name");
    }

    @Test
    void withoutAKeyNothingIsAnswered() {
        for (var operation : document.operations()) {
            for (var body : bodies(operation)) {
                var answer = call(Api.withoutKey(), operation, body);
                assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(401);
                assertIsProblem(operation, answer);
                assertThat(answer.header("WWW-Authenticate"))
                        .as(operation.toString())
                        .isEqualTo(SIGNED.contains(operation.id()) ? "Signature" : "Bearer");
            }
        }
    }

    @Test
    void withAKeyThatNobodyMadeNothingIsAnswered() {
        for (var operation : document.operations()) {
            var answer = call(
                    Api.as("perennial_nobody-made-this-key"),
                    operation,
                    bodies(operation).get(0));
            assertThat(answer.statusCode()).as(operation.toString()).isEqualTo(401);
            assertIsProblem(operation, answer);
        }
    }

    @Test
    void aViewerChangesNothing() {
        var viewer = Api.key(theirs, "viewer");
        var before = OwnerDatabase.rowsOf(theirs);

        for (var operation : document.operations()) {
            if (!operation.method().equals("GET")) {
                for (var body : bodies(operation)) {
                    var answer = call(Api.as(viewer), operation, body);
                    assertThat(answer.statusCode())
                            .as("%s: %s", operation, answer.asString())
                            .isEqualTo(SIGNED.contains(operation.id()) ? 401 : 403);
                    assertIsProblem(operation, answer);
                }
            }
        }

        assertThat(OwnerDatabase.rowsOf(theirs)).isEqualTo(before);
    }

    /** A body of a request: its media type and its text; both empty where there is none. */
    private record Body(String mediaType, String text) {}

    private static List<Body> bodies(ApiDocument.Operation operation) {
        if (!operation.hasBody()) {
            return List.of(new Body("", ""));
        }
        return operation.bodyContent().properties().stream()
                .map(content -> new Body(content.getKey(), text(operation, content.getKey())))
                .toList();
    }

    private static String text(ApiDocument.Operation operation, String mediaType) {
        JsonNode example = operation
                .bodyContent()
                .path(mediaType.equals("multipart/form-data") ? "text/csv" : mediaType)
                .path("example");
        assertThat(example.isMissingNode())
                .as("%s has no example of %s", operation, mediaType)
                .isFalse();
        return example.isTextual() ? example.asText() : example.toString();
    }

    private Response call(RequestSpecification request, ApiDocument.Operation operation, Body body) {
        return call(request, operation, body, theirIds);
    }

    private static Response call(
            RequestSpecification request, ApiDocument.Operation operation, Body body, Map<String, String> known) {
        var ids = new LinkedHashMap<String, String>();
        for (var name : operation.pathParameters()) {
            assertThat(known).as("%s: say what to call it with", operation).containsKey(name);
            ids.put(name, known.get(name));
        }
        if (body.mediaType().equals("multipart/form-data")) {
            request.multiPart("file", "file.csv", body.text().getBytes(StandardCharsets.UTF_8), "text/csv");
        } else if (!body.mediaType().isEmpty()) {
            request.contentType(body.mediaType() + "; charset=UTF-8").body(body.text());
        }
        for (var parameter : operation.parameters("query")) {
            if (parameter.path("required").asBoolean()) {
                var name = parameter.path("name").asText();
                request.queryParam(
                        name, known.getOrDefault(name, parameter.path("example").asText()));
            }
        }
        return request.pathParams(ids).request(operation.method(), operation.path());
    }

    private static void assertIsProblem(ApiDocument.Operation operation, Response answer) {
        assertThat(answer.contentType()).as(operation.toString()).startsWith(PROBLEM);
        var problem = answer.as(JsonNode.class);
        assertThat(problem.path("status").asInt()).as(operation.toString()).isEqualTo(answer.statusCode());
        assertThat(problem.path("type").asText()).as(operation.toString()).startsWith("urn:perennial:problem:");
        assertThat(problem.path("request_id").asText())
                .as(operation.toString())
                .isEqualTo(answer.header("X-Request-Id"));
    }
}
