package io.perennial;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import io.perennial.testing.Database;
import io.perennial.testing.RawHttp;
import io.perennial.testing.Replica;

/** The packaged service is killed in the middle of its work, as by {@code kill -9}, and started again. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CrashIT {

    private static final int CUSTOMERS = 50_000;
    private static final int BATCH = 5_000;

    private static Path folder;
    private static Replica service;

    @BeforeAll
    static void start() throws Exception {
        folder = Replica.freshFolder("crash-it");
        startService();
    }

    /** A service that ends in order takes its database along, whoever started it. */
    @AfterAll
    static void stop() throws Exception {
        var postmaster = postmaster();
        service.process().destroy();
        service.awaitEnd();
        Replica.await(
                "the database stops with the service",
                Duration.ofSeconds(20),
                () -> postmaster.filter(ProcessHandle::isAlive).isEmpty());
        Replica.delete(database());
    }

    private static void startService() throws Exception {
        service = Replica.start(
                        Replica.jar("-Dperennial.runs.customers-per-part=1000"),
                        Map.of("PERENNIAL_EMBEDDED_DIRECTORY", database().toString()),
                        folder.resolve("service.log"))
                .awaitReady();
    }

    private static Path database() {
        return folder.resolve("postgres");
    }

    private static void kill() throws InterruptedException {
        service.kill();
        assertThat(postmaster().filter(ProcessHandle::isAlive))
                .as("the database outlives the killed service")
                .isPresent();
    }

    private static Optional<ProcessHandle> postmaster() {
        try {
            var pid = Files.readAllLines(database().resolve("postmaster.pid")).get(0);
            return ProcessHandle.of(Long.parseLong(pid.trim()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long openTransactions() {
        return number("select count(*) from pg_stat_activity where usename = 'perennial_service'"
                + " and xact_start < now() - interval '300 milliseconds'");
    }

    /** A number that the database knows while the service is dead. */
    private static long number(String sql) {
        try {
            var databasePort = Files.readAllLines(database().resolve("postmaster.pid"))
                    .get(3)
                    .trim();
            var url = "jdbc:postgresql://localhost:" + databasePort + "/perennial";
            try (var connection = DriverManager.getConnection(url, "postgres", "postgres")) {
                return Long.parseLong(Database.texts(connection, sql).get(0));
            }
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String organization() {
        return service.asAdmin()
                .contentType("application/json")
                .body(Map.of("name", "Crash", "org_type", "ecommerce", "currency", "EUR", "timezone", "UTC"))
                .post("/api/v1/organizations")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** Two purchases of each customer, of 1 and of 2. */
    private static String purchases(int firstCustomer, int customers) {
        var csv = new StringBuilder();
        for (var customer = firstCustomer; customer < firstCustomer + customers; customer++) {
            csv.append("c%1$05d,2025-01-01,1%nc%1$05d,2025-02-01,2%n".formatted(customer));
        }
        return csv.toString();
    }

    private static Response upload(String organization, String csv) {
        return service.asAdmin()
                .contentType("text/csv; charset=UTF-8")
                .body(csv)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization);
    }

    private static JsonPath awaitRun(String run) throws InterruptedException {
        Replica.await(
                "the run ends",
                Duration.ofSeconds(60),
                () -> !run(run).getString("status").equals("running"));
        return run(run);
    }

    private static JsonPath run(String run) {
        return service.asAdmin().get("/api/v1/runs/{run_id}", run).jsonPath();
    }

    @Test
    @Order(1)
    void anUploadThatIsKilledLeavesNothingAndThenCompletes() throws Exception {
        var organization = organization();
        var header = "customer_id,occurred_at,amount\n";
        try (var connection = new RawHttp(service.port())) {
            connection
                    .head(
                            "POST /api/v1/churn/organizations/%s/upload-data HTTP/1.1".formatted(organization),
                            "X-API-Key: " + Replica.ADMIN_KEY,
                            "Content-Type: text/csv",
                            "Transfer-Encoding: chunked")
                    .chunk(header);
            for (var first = 0; first < 4 * BATCH; first += BATCH) {
                connection.chunk(purchases(first, BATCH));
            }
            Replica.await("the upload is in the staging table", Duration.ofSeconds(20), () -> openTransactions() == 1);
            kill();
        }

        startService();

        assertThat(service.asAdmin()
                        .get("/api/v1/organizations/{org_id}/customers", organization)
                        .jsonPath()
                        .getList("items"))
                .isEmpty();
        assertThat(service.asAdmin()
                        .get("/api/v1/organizations/{org_id}/runs", organization)
                        .jsonPath()
                        .getList("items"))
                .isEmpty();
        var report = upload(organization, header + purchases(0, 4 * BATCH))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(report.getInt("inserted")).isEqualTo(8 * BATCH);
        assertThat(report.getInt("customers_created")).isEqualTo(4 * BATCH);
        assertThat(report.getInt("unchanged")).isZero();
        assertThat(awaitRun(report.getString("features_run_id")).getInt("totals.customers"))
                .isEqualTo(4 * BATCH);
    }

    @Test
    @Order(2)
    void aSegmentationThatIsKilledCompletesByItself() throws Exception {
        var organization = organization();
        upload(organization, "customer_id,occurred_at,amount\n" + purchases(0, CUSTOMERS))
                .then()
                .statusCode(200);
        var run = service.asAdmin()
                .header("Prefer", "respond-async")
                .queryParam("as_of", "2025-03-01T00:00:00Z")
                .post("/api/v1/segmentation/organizations/{org_id}/segment", organization)
                .then()
                .statusCode(202)
                .extract()
                .<String>path("id");
        Replica.await("some parts are done", Duration.ofSeconds(60), () -> run(run).getInt("parts_done") > 3);
        kill();
        assertThat(number("select count(*) from runs where id = '%s' and status = 'running'".formatted(run)))
                .as("the run was not finished yet")
                .isEqualTo(1);

        startService();

        var finished = awaitRun(run);
        assertThat(finished.getString("status")).isEqualTo("completed");
        // Features and segments in parts of 1,000 customers each, and the breakpoints of all customers at once.
        assertThat(finished.getInt("parts")).isEqualTo(2 * CUSTOMERS / 1_000 + 1);
        assertThat(finished.getInt("parts_done")).isEqualTo(finished.getInt("parts"));
        assertThat(finished.getInt("totals.segmented")).isEqualTo(CUSTOMERS);
        assertThat(service.asAdmin()
                        .get("/api/v1/segmentation/organizations/{org_id}/segments", organization)
                        .jsonPath()
                        .getInt("total_customers"))
                .isEqualTo(CUSTOMERS);
    }
}
