package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.DatabaseResource;
import io.perennial.testing.RawHttp;
import io.perennial.testing.ServiceTest;

/** What clients do that do not finish, or do not stop. */
@ServiceTest
class BrokenRequestTest {

    private static final String KEY = "X-API-Key: " + DatabaseResource.ADMIN_KEY;
    private static final String CSV = "Content-Type: text/csv";
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    /** More than the uploads that are taken at the same time, so that one that kept its place would be missed. */
    private static final int MORE_THAN_THE_PLACES = 6;

    private static String upload(UUID organization) {
        return "POST /api/v1/churn/organizations/%s/upload-data HTTP/1.1".formatted(organization);
    }

    private static String lines(int count) {
        var csv = new StringBuilder();
        for (var i = 0; i < count; i++) {
            csv.append("a,2025-01-01,").append(i).append('\n');
        }
        return csv.toString();
    }

    private static void assertNothingIsWritten(UUID organization) throws SQLException {
        assertThat(Database.number("select count(*) from transactions where organization_id = ?", organization))
                .isZero();
        assertThat(Database.number("select count(*) from customers where organization_id = ?", organization))
                .isZero();
        assertThat(Database.number("select count(*) from runs where organization_id = ?", organization))
                .isZero();
    }

    private static void awaitNoOpenTransaction() throws SQLException, InterruptedException {
        var deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (Instant.now().isBefore(deadline)
                && Database.number(
                                "select count(*) from pg_stat_activity where usename = ? and state like 'idle in%'",
                                Database.serviceRole())
                        > 0) {
            Thread.sleep(50);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 12_000})
    void anUploadThatIsCutLeavesNothingAndGivesItsPlaceBack(int lines) throws Exception {
        var organization = Api.organization("ecommerce");
        for (var i = 0; i < MORE_THAN_THE_PLACES; i++) {
            try (var connection = new RawHttp()) {
                connection
                        .head(upload(organization), KEY, CSV, "Content-Length: 10000000")
                        .send("customer_id,occurred_at,amount\n" + lines(lines));
                Thread.sleep(100);
            }
            awaitNoOpenTransaction();
        }

        assertNothingIsWritten(organization);
        Api.uploadTransactions(organization, "customer_id,occurred_at,amount\na,2025-01-01,10\n")
                .then()
                .statusCode(200);
        assertThat(Database.number("select count(*) from transactions where organization_id = ?", organization))
                .isEqualTo(1);
    }

    @Test
    void anUploadThatIsCutBetweenTwoChunksIsNotTakenForAWholeOne() throws Exception {
        var organization = Api.organization("ecommerce");
        try (var connection = new RawHttp()) {
            connection
                    .head(upload(organization), KEY, CSV, CHUNKED)
                    .chunk("customer_id,occurred_at,amount\n" + lines(10));
            Thread.sleep(100);
        }
        awaitNoOpenTransaction();

        assertNothingIsWritten(organization);
    }

    @Test
    void oneUploadMoreThanThereArePlacesForIsAskedToComeBack() throws Exception {
        var organization = Api.organization("ecommerce");
        var connections = new RawHttp[4];
        for (var i = 0; i < connections.length; i++) {
            connections[i] = new RawHttp()
                    .head(upload(organization), KEY, CSV, CHUNKED)
                    .chunk("customer_id,occurred_at,amount\n");
        }
        Thread.sleep(500);

        var refused = Api.uploadTransactions(organization, "customer_id,occurred_at,amount\na,2025-01-01,10\n");
        refused.then().statusCode(503).contentType("application/problem+json");
        assertThat(refused.<String>path("type")).isEqualTo("urn:perennial:problem:unavailable");

        for (var connection : connections) {
            assertThat(connection.chunk(lines(1)).send("0\r\n\r\n").firstLine()).isEqualTo("HTTP/1.1 200 OK");
            connection.close();
        }
    }

    @Test
    void anUploadThatSaysItIsTooLargeIsRefusedBeforeItComes() throws IOException {
        var organization = Api.organization("ecommerce");
        try (var connection = new RawHttp()) {
            var answer = connection
                    .head(upload(organization), KEY, CSV, "Content-Length: 5000000000")
                    .answer();

            assertTooLarge(answer);
        }
    }

    @Test
    void anUploadThatTurnsOutTooLargeIsRefusedAndLeavesNothing() throws Exception {
        var organization = Api.organization("ecommerce");
        try (var connection = new RawHttp()) {
            connection.head(upload(organization), KEY, CSV, CHUNKED).chunk("customer_id,occurred_at,amount\n");
            var megabyte = lines(60_000);
            for (var sent = 0; sent <= 16 * (1 << 20); sent += megabyte.length()) {
                connection.chunk(megabyte);
            }

            assertTooLarge(connection.answer());
        }
        awaitNoOpenTransaction();

        assertNothingIsWritten(organization);
    }

    @Test
    void aDocumentOfMoreThanAMebibyteIsRefused() throws IOException {
        var answer = Api.asAdmin()
                .contentType("application/json")
                .body("{\"name\":\"" + "x".repeat(1 << 20) + "\"}")
                .post("/api/v1/organizations");

        answer.then().statusCode(413).contentType("application/problem+json");
        assertThat(answer.<String>path("type")).isEqualTo("urn:perennial:problem:too-large");

        try (var connection = new RawHttp()) {
            connection.head("POST /api/v1/organizations HTTP/1.1", KEY, "Content-Type: application/json", CHUNKED);
            for (var i = 0; i < 17; i++) {
                connection.chunk(" ".repeat(1 << 16));
            }
            assertTooLarge(connection.answer());
        }
    }

    private static void assertTooLarge(String answer) {
        assertThat(answer)
                .startsWith("HTTP/1.1 413")
                .contains("application/problem+json")
                .contains("urn:perennial:problem:too-large");
    }
}
