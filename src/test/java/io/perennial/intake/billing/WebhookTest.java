package io.perennial.intake.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.restassured.RestAssured;
import io.restassured.response.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.OwnerDatabase;
import io.perennial.testing.RawHttp;
import io.perennial.testing.ServiceTest;

/** Who may tell something by webhook, what is taken, and what is answered. */
@ServiceTest
class WebhookTest {

    private static final int DELIVERIES = 64;

    private static final String FAILED = """
            {"id":"evt_1","type":"payment.failed","occurred_at":"2026-01-01T00:00:00Z","customer_id":"ada",
            "payment_id":"INV-1","amount":"49.90","attempt_count":2,"reason":"card_declined","more":{"of":["it"]}}""";

    private UUID organization;
    private String secret;

    @BeforeEach
    void anOrganizationWithACustomer() {
        organization = Api.organization("ecommerce");
        secret = Webhooks.secrets(organization).get(0);
        Webhooks.setStripeSecret(organization, "whsec_test");
        Api.upload(organization, "customers", "customer_id\nada\n").then().statusCode(200);
    }

    /** A delivery that has to be refused. */
    private interface Delivery {
        Response send(WebhookTest test);
    }

    private record Refusal(String what, Delivery delivery, int status, String problem) {

        @Override
        public String toString() {
            return what;
        }
    }

    private Response own(String signature, String body) {
        return Webhooks.send(Webhooks.EVENTS, organization, signature, body);
    }

    private String signedAt(Instant at, String body) {
        return Signature.sign(secret, at, body.getBytes(StandardCharsets.UTF_8));
    }

    private Response signed(String body) {
        return own(signedAt(Instant.now(), body), body);
    }

    static Stream<Refusal> refusals() {
        var invalid = "webhook-signature-invalid";
        return Stream.of(
                new Refusal("without a signature", test -> test.own(null, FAILED), 401, invalid),
                new Refusal("with something else for a signature", test -> test.own("Bearer x", FAILED), 401, invalid),
                new Refusal(
                        "signed with a guess",
                        test -> test.own(Webhooks.signature("guess", FAILED), FAILED),
                        401,
                        invalid),
                new Refusal(
                        "signed with the secret of another organization",
                        test -> test.own(
                                Webhooks.signature(
                                        Webhooks.secrets(Api.organization("ecommerce"))
                                                .get(0),
                                        FAILED),
                                FAILED),
                        401,
                        invalid),
                new Refusal(
                        "signed with the secret of the other format",
                        test -> test.own(Webhooks.signature("whsec_test", FAILED), FAILED),
                        401,
                        invalid),
                new Refusal(
                        "with another amount than was signed",
                        test -> test.own(test.signedAt(Instant.now(), FAILED), FAILED.replace("49.90", "1.00")),
                        401,
                        invalid),
                new Refusal(
                        "with another time than was signed",
                        test -> test.own(
                                test.signedAt(Instant.now(), FAILED)
                                        .replaceFirst(
                                                "t=\\d+",
                                                "t="
                                                        + Instant.now()
                                                                .plusSeconds(7)
                                                                .getEpochSecond()),
                                FAILED),
                        401,
                        invalid),
                new Refusal(
                        "replayed ten minutes later",
                        test -> test.own(test.signedAt(Instant.now().minusSeconds(600), FAILED), FAILED),
                        401,
                        "webhook-expired"),
                new Refusal(
                        "signed in the future",
                        test -> test.own(test.signedAt(Instant.now().plusSeconds(600), FAILED), FAILED),
                        401,
                        "webhook-expired"),
                new Refusal(
                        "for an organization that has no secret of Stripe",
                        test -> Webhooks.sendStripe(
                                Api.organization("ecommerce"), Webhooks.fixture("invoice.payment_failed")),
                        401,
                        invalid),
                new Refusal(
                        "for an organization that there is not",
                        test -> Webhooks.send(
                                Webhooks.EVENTS, UUID.randomUUID(), Webhooks.signature("guess", FAILED), FAILED),
                        401,
                        invalid),
                new Refusal(
                        "larger than webhooks may be",
                        test -> test.signed(FAILED.replace("card_declined", "x".repeat(300_000))),
                        413,
                        "webhook-too-large"),
                new Refusal("that is no JSON", test -> test.signed("{\"id\":"), 400, "invalid-request"),
                new Refusal("that is no object", test -> test.signed("[" + FAILED + "]"), 400, "invalid-request"),
                new Refusal("that is empty", test -> test.signed(" "), 400, "invalid-request"),
                new Refusal(
                        "without an id",
                        test -> test.signed(FAILED.replace("\"id\"", "\"no\"")),
                        400,
                        "invalid-request"),
                new Refusal(
                        "without a type",
                        test -> test.signed(FAILED.replace("\"type\"", "\"no\"")),
                        400,
                        "invalid-request"),
                new Refusal(
                        "that says a thing twice",
                        test -> test.signed(FAILED.replaceFirst("\\{", "{\"id\":\"evt_2\",")),
                        400,
                        "invalid-request"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void aDeliveryIsRefusedAndNothingHasChanged(Refusal refusal) {
        var before = OwnerDatabase.rowsOf(organization);

        refusal.delivery()
                .send(this)
                .then()
                .statusCode(refusal.status())
                .contentType("application/problem+json")
                .body("type", equalTo("urn:perennial:problem:" + refusal.problem()));

        assertThat(OwnerDatabase.rowsOf(organization)).isEqualTo(before);
    }

    @Test
    void anotherMediaTypeIsNotRead() {
        Api.withoutKey()
                .contentType("text/plain")
                .queryParam("organization", organization)
                .header("Perennial-Signature", signedAt(Instant.now(), FAILED))
                .body(FAILED)
                .post(Webhooks.EVENTS)
                .then()
                .statusCode(415);
    }

    @Test
    void theOrganizationMustBeSaid() {
        Api.withoutKey()
                .contentType("application/json")
                .body(FAILED)
                .post(Webhooks.EVENTS)
                .then()
                .statusCode(400)
                .body("detail", equalTo("The query parameter organization is missing"));
    }

    @Test
    void aBodyThatOnlyTurnsOutTooLargeIsNotReadToItsEnd() throws IOException {
        try (var connection = new RawHttp()) {
            connection.head(
                    "POST %s?organization=%s HTTP/1.1".formatted(Webhooks.EVENTS, organization),
                    "Content-Type: application/json",
                    "Perennial-Signature: " + signedAt(Instant.now(), FAILED),
                    "Transfer-Encoding: chunked");
            for (var i = 0; i < 5; i++) {
                connection.chunk(" ".repeat(1 << 16));
            }
            assertThat(connection.answer())
                    .startsWith("HTTP/1.1 413")
                    .contains("urn:perennial:problem:webhook-too-large");
        }
    }

    @Test
    void bothSecretsAreGoodWhileTheyAreExchanged() {
        var secrets = Webhooks.secrets(organization);
        assertThat(secrets).hasSize(2).doesNotHaveDuplicates().allMatch(one -> one.matches("pwhs_[0-9a-f]{64}"));
        for (var i = 0; i < 2; i++) {
            var event = FAILED.replace("evt_1", "evt_own_" + i).replace("INV-1", "INV-" + i);
            own(Webhooks.signature(secrets.get(i), event), event)
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("applied"));
        }
        Webhooks.setStripeSecret(organization, "whsec_new, whsec_test");
        for (var secretOfStripe : List.of("whsec_new", "whsec_test")) {
            var event = Webhooks.fixture("invoice.paid").replace("EpaidKYlo", secretOfStripe);
            Webhooks.send(Webhooks.STRIPE, organization, Webhooks.signature(secretOfStripe, event), event)
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("parked"));
        }
    }

    @Test
    void secretsAreForAdministratorsOfTheOrganizationOnly() {
        var path = "/api/v1/organizations/{org_id}/webhook-secrets";
        Api.as(Api.key(organization, "operator")).get(path, organization).then().statusCode(403);
        Api.as(Api.key(Api.organization("ecommerce"), "admin"))
                .get(path, organization)
                .then()
                .statusCode(404);
        Api.as(Api.key(organization, "admin"))
                .get(path, organization)
                .then()
                .statusCode(200)
                .body("stripe", equalTo(1));
    }

    @Test
    void anEventIsAnsweredWhenItIsRecordedAndSettledBySomebodyElse() throws SQLException {
        Webhooks.deliver(Webhooks.EVENTS, organization, signedAt(Instant.now(), FAILED), FAILED)
                .then()
                .statusCode(200)
                .body("event_id", equalTo("evt_1"))
                .body("status", equalTo("accepted"));

        var deadline = Instant.now().plusSeconds(60);
        while (Database.number("select count(*) from payment_failures where organization_id = ?", organization) == 0) {
            assertThat(Instant.now()).as("the event is settled by itself").isBefore(deadline);
        }
        signed(FAILED).then().statusCode(200).body("status", equalTo("applied"));
    }

    @Test
    void aSecondDeliveryIsAnsweredTheSameAndCountsOnce() throws SQLException {
        var first = signed(FAILED).then().statusCode(200).extract().asString();
        var before = rows();
        var second = signed(FAILED).then().statusCode(200).extract().asString();

        assertThat(second).isEqualTo(first).isEqualTo("{\"event_id\":\"evt_1\",\"status\":\"applied\"}");
        assertThat(rows()).isEqualTo(before);
        // The same id with another content is the same event: the first word counts.
        signed(FAILED.replace("49.90", "1.00")).then().statusCode(200).body("status", equalTo("applied"));
        assertThat(rows()).isEqualTo(before);
        assertThat(Database.text("select amount from payment_failures where organization_id = ?", organization))
                .isEqualTo("49.9000");
    }

    private Map<String, List<String>> rows() {
        return OwnerDatabase.rowsOf(organization);
    }

    @Test
    void sixtyFourDeliveriesOfOneEventAreAppliedOnce() throws SQLException {
        var recorder = Recorder.of(organization);
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answers = IntStream.range(0, DELIVERIES)
                .mapToObj(i -> client.sendAsync(
                        HttpRequest.newBuilder(URI.create("http://localhost:%d%s?organization=%s"
                                        .formatted(RestAssured.port, Webhooks.EVENTS, organization)))
                                .header("Content-Type", "application/json")
                                .header("Perennial-Signature", signedAt(Instant.now(), FAILED))
                                .timeout(Duration.ofSeconds(60))
                                .POST(HttpRequest.BodyPublishers.ofString(FAILED))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .collect(Collectors.groupingBy(
                        answer -> answer.statusCode() + " " + answer.body(), Collectors.counting()));

        assertThat(answers.keySet())
                .isSubsetOf(
                        "200 {\"event_id\":\"evt_1\",\"status\":\"accepted\"}",
                        "200 {\"event_id\":\"evt_1\",\"status\":\"applied\"}");
        assertThat(answers.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(DELIVERIES);
        Webhooks.settle(organization);
        assertThat(recorder.facts()).hasSize(1);
        assertThat(Database.number("select count(*) from transactions where organization_id = ?", organization))
                .isEqualTo(1);
        assertThat(Database.number(
                        "select attempt_count from payment_failures where organization_id = ?", organization))
                .isEqualTo(2);
    }

    @Test
    void eventsOfOneCustomerThatComeAtOnceAreAllTaken() throws SQLException {
        IntStream.range(0, 24).parallel().forEach(i -> {
            var event =
                    FAILED.replace("evt_1", "evt_" + i).replace("\"attempt_count\":2", "\"attempt_count\":" + (i + 1));
            signed(event.replace("01T00", "01T%02d".formatted(i))).then().statusCode(200);
        });

        assertThat(Database.number(
                        "select attempt_count from payment_failures where organization_id = ?", organization))
                .isEqualTo(24);
        assertThat(Database.text(
                        "select last_failed_at at time zone 'UTC' from payment_failures where organization_id = ?",
                        organization))
                .isEqualTo("2026-01-01 23:00:00");
        assertThat(Database.number("select count(*) from transactions where organization_id = ?", organization))
                .isEqualTo(24);
    }

    @Test
    void whatIsNotOfInterestIsAnsweredAndListed() {
        signed("{\"id\":\"evt_9\",\"type\":\"customer.sneezed\",\"email\":\"ada@example.com\"}")
                .then()
                .statusCode(200)
                .body("status", equalTo("ignored"))
                .body("reason", equalTo("Events of this type are not of interest"));

        var listed = Api.asAdmin()
                .queryParam("status", "ignored")
                .get("/api/v1/organizations/{org_id}/webhook-events", organization);
        listed.then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].event_id", equalTo("evt_9"))
                .body("items[0].source", equalTo("perennial"))
                .body("items[0].type", equalTo("customer.sneezed"));
        assertThat(listed.asString()).doesNotContain("ada@example.com");
    }

    @Test
    void whatMakesNoSenseIsRefusedRememberedAndTriedAgain() throws SQLException {
        var event = FAILED.replace("\"49.90\"", "\"much\"");
        for (var i = 0; i < 2; i++) {
            signed(event)
                    .then()
                    .statusCode(400)
                    .body("type", equalTo("urn:perennial:problem:webhook-refused"))
                    .body("detail", equalTo("Event evt_1: amount much is not a number"))
                    .body("errors[0].field", equalTo("amount"));
        }
        assertThat(Database.number("select count(*) from payment_failures where organization_id = ?", organization))
                .isZero();
        String id = Api.asAdmin()
                .queryParam("status", "refused")
                .get("/api/v1/organizations/{org_id}/webhook-events", organization)
                .then()
                .body("items", hasSize(1))
                .body("items[0].reason", equalTo("amount much is not a number"))
                .extract()
                .path("items[0].id");
        replay(id).then().statusCode(200).body("status", equalTo("refused"));

        // The sender has found its mistake.
        signed(FAILED).then().statusCode(200).body("status", equalTo("applied"));
        replay(id)
                .then()
                .statusCode(409)
                .body(
                        "detail",
                        equalTo("Event evt_1 is applied; only parked, failed and refused ones can be tried again"));
    }

    private Response replay(String id) {
        return Api.as(Api.key(organization, "operator"))
                .post("/api/v1/organizations/{org_id}/webhook-events/{id}/replay", organization, id);
    }

    @Test
    void aParkedEventIsReplayedByHand() throws SQLException {
        signed(FAILED.replace("ada", "eve")).then().statusCode(200).body("status", equalTo("parked"));
        String id = Api.asAdmin()
                .queryParam("status", "parked")
                .queryParam("source", "perennial")
                .get("/api/v1/organizations/{org_id}/webhook-events", organization)
                .then()
                .body("items", hasSize(1))
                .extract()
                .path("items[0].id");
        replay(id).then().statusCode(200).body("status", equalTo("parked"));

        // As if the customer had come in the very moment in which the event was parked.
        Database.execute("""
                insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                values ('%s', derived_id('%1$s', 'eve'), 'eve', now(), now())""".formatted(organization));
        replay(id).then().statusCode(200).body("status", equalTo("applied")).body("customer", equalTo("eve"));
        replay(UUID.randomUUID().toString())
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:perennial:problem:unknown-webhook-event"));
    }

    @Test
    void theListComesInPagesTheLatestFirst() {
        for (var i = 0; i < 5; i++) {
            signed("{\"id\":\"e%d\",\"type\":\"none\"}".formatted(i)).then().statusCode(200);
        }
        var path = "/api/v1/organizations/{org_id}/webhook-events";
        var first = Api.asAdmin()
                .queryParam("limit", 3)
                .get(path, organization)
                .then()
                .statusCode(200)
                .extract();
        assertThat(first.<List<String>>path("items.event_id")).containsExactly("e4", "e3", "e2");
        var second = Api.asAdmin()
                .queryParam("limit", 3)
                .queryParam("after", first.<String>path("next"))
                .get(path, organization)
                .then()
                .statusCode(200)
                .extract();
        assertThat(second.<List<String>>path("items.event_id")).containsExactly("e1", "e0");
        Api.asAdmin()
                .queryParam("status", "lost")
                .get(path, organization)
                .then()
                .statusCode(400);
    }
}
