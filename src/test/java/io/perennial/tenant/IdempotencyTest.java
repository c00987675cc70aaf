package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class IdempotencyTest {

    private static final String CSV = "customer_id,occurred_at,amount\na,2025-01-01,10\n";

    private static Response createOrganization(String key, String name) {
        return Api.asAdmin()
                .header("Idempotency-Key", key)
                .contentType("application/json")
                .body(Map.of("name", name, "org_type", "telecom", "currency", "EUR", "timezone", "Europe/Lisbon"))
                .post("/api/v1/organizations");
    }

    private static Response upload(UUID organization, String key, String csv) {
        return Api.asAdmin()
                .header("Idempotency-Key", key)
                .contentType("text/csv")
                .body(csv)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization);
    }

    private static void assertReused(Response response) {
        response.then().statusCode(422).contentType("application/problem+json");
        assertThat(response.<String>path("type")).isEqualTo("urn:perennial:problem:idempotency-key-reused");
    }

    @Test
    void anOrganizationThatIsCreatedAgainIsTheSame() {
        var key = UUID.randomUUID().toString();

        var first = createOrganization(key, "One");
        first.then().statusCode(201);

        assertThat(createOrganization(key, "One").asString()).isEqualTo(first.asString());
        assertReused(createOrganization(key, "Another"));
    }

    @Test
    void requestsAtTheSameTimeCreateOneOrganization() throws Exception {
        var key = UUID.randomUUID().toString();
        var name = "Once " + key;
        var threads = Executors.newFixedThreadPool(8);
        try {
            Callable<String> request = () -> createOrganization(key, name)
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
            var answers = threads.invokeAll(
                    IntStream.range(0, 8).mapToObj(i -> request).toList());
            var ids = new java.util.HashSet<String>();
            for (var answer : answers) {
                ids.add(answer.get());
            }
            assertThat(ids).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
        assertThat(Database.number("select count(*) from organizations where name = ?", name))
                .isEqualTo(1);
    }

    @Test
    void anUploadThatIsRepeatedAnswersTheSameAndDoesNothing() throws SQLException {
        var organization = Api.organization("ecommerce");

        var first = upload(organization, "k", CSV);
        first.then().statusCode(200);
        var second = upload(organization, "k", CSV);

        second.then().statusCode(200);
        assertThat(second.jsonPath().getMap("")).isEqualTo(first.jsonPath().getMap(""));
        assertThat(second.<Integer>path("inserted")).isEqualTo(1);
        assertThat(Database.number("select count(*) from runs where organization_id = ?", organization))
                .isEqualTo(1);
    }

    @Test
    void theKeyOfAnUploadStandsForOneFileReadInOneWay() throws SQLException {
        var organization = Api.organization("ecommerce");
        upload(organization, "k", CSV).then().statusCode(200);

        assertReused(upload(organization, "k", CSV + "b,2025-01-01,20\n"));
        assertReused(Api.asAdmin()
                .header("Idempotency-Key", "k")
                .contentType("text/csv")
                .queryParam("decimal_mark", ",")
                .body(CSV)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization));
        assertReused(Api.asAdmin()
                .header("Idempotency-Key", "k")
                .contentType("text/csv")
                .body("customer_id,occurred_at,event_type\na,2025-01-01,login\n")
                .post("/api/v1/organizations/{org_id}/events", organization));
        assertThat(Database.number("select count(*) from transactions where organization_id = ?", organization))
                .isEqualTo(1);
        assertThat(Database.number("select count(*) from events where organization_id = ?", organization))
                .isZero();
    }

    @Test
    void anUploadThatFailedMayBeRepeatedWithItsKey() {
        var organization = Api.organization("ecommerce");

        upload(organization, "k", "customer_id,occurred_at\na,2025-01-01\n")
                .then()
                .statusCode(400);

        upload(organization, "k", CSV).then().statusCode(200);
    }

    @Test
    void theKeysOfOneOrganizationAreNotThoseOfAnother() {
        var one = upload(Api.organization("ecommerce"), "k", CSV);
        var another = upload(Api.organization("ecommerce"), "k", CSV + "b,2025-01-01,20\n");

        assertThat(one.<Integer>path("inserted")).isEqualTo(1);
        assertThat(another.<Integer>path("inserted")).isEqualTo(2);
    }

    @Test
    void anApiKeyIsShownOnceAndMadeOnce() throws SQLException {
        var organization = Api.organization("ecommerce");

        var first = makeKey(organization, "viewer");
        var second = makeKey(organization, "viewer");

        assertThat(first.<String>path("key")).startsWith("perennial_");
        assertThat(second.<String>path("key")).isNull();
        assertThat(second.<String>path("id")).isEqualTo(first.path("id"));
        assertReused(makeKey(organization, "admin"));
        assertThat(Database.number("select count(*) from api_keys where organization_id = ?", organization))
                .isEqualTo(1);
    }

    private static Response makeKey(UUID organization, String role) {
        return Api.asAdmin()
                .header("Idempotency-Key", "k")
                .contentType("application/json")
                .body(Map.of("name", "n", "role", role))
                .post("/api/v1/organizations/{org_id}/api-keys", organization);
    }

    @Test
    void aRunIsStartedOnce() throws SQLException {
        var organization = Api.organization("ecommerce");

        var first = startRun(organization, "features");
        var second = startRun(organization, "features");

        first.then().statusCode(202);
        assertThat(second.<String>path("id")).isEqualTo(first.path("id"));
        assertReused(startRun(organization, "segmentation"));
        assertThat(Database.number("select count(*) from runs where organization_id = ?", organization))
                .isEqualTo(1);
    }

    private static Response startRun(UUID organization, String kind) {
        return Api.asAdmin()
                .header("Idempotency-Key", "k")
                .contentType("application/json")
                .body(Map.of("kind", kind, "as_of", "2025-01-01T00:00:00Z"))
                .post("/api/v1/organizations/{org_id}/runs", organization);
    }

    @Test
    void aKeyIsNeitherEmptyNorLongerThan255Characters() {
        var longest = IntStream.range(0, 255).mapToObj(i -> "k").collect(Collectors.joining());

        createOrganization(UUID.randomUUID() + longest.substring(36), "n")
                .then()
                .statusCode(201);
        createOrganization(longest + "k", "n").then().statusCode(400).contentType("application/problem+json");
    }
}
