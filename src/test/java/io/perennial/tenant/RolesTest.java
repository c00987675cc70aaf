package io.perennial.tenant;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.ServiceTest;

@ServiceTest
class RolesTest {

    private static final String ORGANIZATION = "/api/v1/organizations/{org_id}";
    private static final String KEYS = ORGANIZATION + "/api-keys";
    private static final String RUNS = ORGANIZATION + "/runs";
    private static final String CUSTOMERS = ORGANIZATION + "/customers";
    private static final String CUSTOMER = "/api/v1/customers/{customer_id}";
    private static final String JSON = "application/json";
    private static final String CSV = "text/csv; charset=UTF-8";

    private UUID organization;

    @BeforeEach
    void anOrganization() {
        organization = Api.organization("ecommerce");
    }

    @Test
    void aViewerReads() {
        var viewer = Api.key(organization, "viewer");

        assertThat(Api.as(viewer).get(ORGANIZATION, organization).statusCode()).isEqualTo(200);
        assertThat(Api.as(viewer).get(CUSTOMERS, organization).statusCode()).isEqualTo(200);
        assertThat(Api.as(viewer).get(RUNS, organization).statusCode()).isEqualTo(200);
        assertThat(Api.as(viewer).get(KEYS, organization).statusCode()).isEqualTo(403);
        assertThat(upload(viewer).statusCode()).isEqualTo(403);
        assertThat(startRun(viewer).statusCode()).isEqualTo(403);
    }

    @Test
    void anOperatorUploadsAndRuns() {
        var operator = Api.key(organization, "operator");

        assertThat(Api.as(operator).get(CUSTOMERS, organization).statusCode()).isEqualTo(200);
        assertThat(upload(operator).statusCode()).isEqualTo(200);
        assertThat(startRun(operator).statusCode()).isEqualTo(202);
        assertThat(Api.as(operator).get(KEYS, organization).statusCode()).isEqualTo(403);
        assertThat(update(operator).statusCode()).isEqualTo(403);
        assertThat(newKey(operator).statusCode()).isEqualTo(403);
        assertThat(Api.as(operator).delete(CUSTOMER, "a").statusCode()).isEqualTo(403);
    }

    @Test
    void anAdminChangesTheOrganizationAndItsKeys() {
        var admin = Api.key(organization, "admin");

        assertThat(upload(admin).statusCode()).isEqualTo(200);
        assertThat(startRun(admin).statusCode()).isEqualTo(202);
        var updated = update(admin);
        assertThat(updated.statusCode()).isEqualTo(200);
        assertThat(updated.<String>path("name")).isEqualTo("Renamed");
        assertThat(newKey(admin).statusCode()).isEqualTo(201);
        assertThat(Api.as(admin).delete(CUSTOMER, "a").statusCode()).isEqualTo(204);
        assertThat(Api.as(admin).get(CUSTOMER, "a").statusCode()).isEqualTo(404);
    }

    @Test
    void aRevokedKeyIsRefusedAtOnce() {
        var admin = Api.key(organization, "admin");
        var made = newKey(admin).then().statusCode(201).extract();
        var key = made.<String>path("key");
        assertThat(Api.as(key).get(ORGANIZATION, organization).statusCode()).isEqualTo(200);

        Api.as(admin)
                .delete(KEYS + "/{key_id}", organization, made.<String>path("id"))
                .then()
                .statusCode(204);

        Api.as(key).get(ORGANIZATION, organization).then().statusCode(401).contentType("application/problem+json");
        assertThat(description(admin, made.path("id"))).containsKey("revoked_at");
    }

    @Test
    void aKeyIsShownOnceAndOnlyItsHashIsStored() {
        var admin = Api.key(organization, "admin");
        var made = newKey(admin).then().statusCode(201).extract();
        var key = made.<String>path("key");
        assertThat(key).matches("perennial_[A-Za-z0-9_-]{43}");

        assertThat(description(admin, made.path("id"))).doesNotContainKey("key");
        var stored = OwnerDatabase.strings(
                "select to_jsonb(k)::text from api_keys k where id = '%s'".formatted(made.<String>path("id")));
        assertThat(stored).hasSize(1).first().asString().doesNotContain(key).doesNotContain(hex(key));
        assertThat(OwnerDatabase.strings("select encode(key_hash, 'hex') from api_keys where id = '%s'"
                        .formatted(made.<String>path("id"))))
                .containsExactly(ApiKeys.hash(key));
    }

    @Test
    void aRepeatedRequestForAKeyMakesOneKeyAndDoesNotShowItAgain() {
        var admin = Api.key(organization, "admin");
        var first = newKey(admin, "one-key").then().statusCode(201).extract();
        var second = newKey(admin, "one-key").then().statusCode(201).extract();

        assertThat(second.<String>path("id")).isEqualTo(first.<String>path("id"));
        assertThat(first.<String>path("key")).isNotNull();
        assertThat(second.<String>path("key")).isNull();
        assertThat(OwnerDatabase.strings("select response::text from idempotency_keys where organization_id = '%s'"
                        .formatted(organization)))
                .hasSize(1)
                .first()
                .asString()
                .doesNotContain(first.<String>path("key"));
    }

    @Test
    void aKeyIsAlsoTakenAsABearerToken() {
        var viewer = Api.key(organization, "viewer");

        assertThat(given().header("Authorization", "Bearer " + viewer)
                        .get(ORGANIZATION, organization)
                        .statusCode())
                .isEqualTo(200);
        assertThat(given().header("Authorization", "bearer " + viewer)
                        .get(ORGANIZATION, organization)
                        .statusCode())
                .isEqualTo(200);
        assertThat(given().header("Authorization", "Basic " + viewer)
                        .get(ORGANIZATION, organization)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void aKeyOfTheInstanceFindsACustomerByUuid() {
        upload(Api.key(organization, "operator")).then().statusCode(200);
        var id = customer("a").<String>path("id");

        var found = Api.asAdmin().get(CUSTOMER, id).then().statusCode(200).extract();
        assertThat(found.<String>path("external_id")).isEqualTo("a");

        Api.asAdmin().get(CUSTOMER, "a").then().statusCode(404).contentType("application/problem+json");
        Api.asAdmin().get(CUSTOMER, UUID.randomUUID()).then().statusCode(404);
    }

    @Test
    void anOrganizationMayUseUuidsOfItsOwn() {
        var external = UUID.randomUUID().toString();
        Api.upload(organization, "customers", "customer_id,name\n" + external + ",Ada\n")
                .then()
                .statusCode(200);

        var byExternalId = customer(external);
        assertThat(byExternalId.<String>path("external_id")).isEqualTo(external);
        assertThat(byExternalId.<String>path("id")).isNotEqualTo(external);
        assertThat(customer(byExternalId.path("id")).<String>path("external_id"))
                .isEqualTo(external);
    }

    @Test
    void anUnknownRoleIsExplained() {
        var refused = Api.asAdmin()
                .contentType(JSON)
                .body(Map.of("name", "test", "role", "owner"))
                .post(KEYS, organization)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .extract();

        assertThat(refused.<List<String>>path("errors.field")).containsExactly("role");
        assertThat(refused.<List<String>>path("errors.reason"))
                .containsExactly("must be one of viewer, operator, admin");
    }

    private ExtractableResponse<Response> customer(String name) {
        return Api.as(Api.key(organization, "viewer"))
                .get(CUSTOMER, name)
                .then()
                .statusCode(200)
                .extract();
    }

    private Map<String, Object> description(String admin, String id) {
        return Api.as(admin)
                .get(KEYS, organization)
                .then()
                .statusCode(200)
                .extract()
                .path("find { it.id == '%s' }".formatted(id));
    }

    private Response upload(String key) {
        return Api.as(key).contentType(CSV).body("customer_id\na\nb\n").post(CUSTOMERS, organization);
    }

    private Response startRun(String key) {
        return Api.as(key).contentType(JSON).body(Map.of("kind", "features")).post(RUNS, organization);
    }

    private Response update(String key) {
        return Api.as(key)
                .contentType(JSON)
                .body(Map.of("name", "Renamed", "org_type", "ecommerce", "currency", "EUR", "timezone", "UTC"))
                .put(ORGANIZATION, organization);
    }

    private Response newKey(String admin) {
        return newKey(admin, UUID.randomUUID().toString());
    }

    private Response newKey(String admin, String idempotencyKey) {
        return Api.as(admin)
                .header(Idempotency.HEADER, idempotencyKey)
                .contentType(JSON)
                .body(Map.of("name", "test", "role", "viewer"))
                .post(KEYS, organization);
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
