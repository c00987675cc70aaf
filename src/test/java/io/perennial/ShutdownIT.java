package io.perennial;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Database;
import io.perennial.testing.RawHttp;

/**
 * Two packaged replicas on one database, of which one is told to stop in the middle of its work, as by Kubernetes. The schema
 * was migrated by a process of its own, and the replicas know nothing of its owner.
 */
class ShutdownIT {

    private static final Path DIRECTORY = Path.of("target", "shutdown-it").toAbsolutePath();
    private static final String KEY = "admin-key-of-the-shutdown-test";
    private static final int CUSTOMERS = 5_000;

    /** Customers who may accept the offer while replicas stop; once all have, there is only reading. */
    private static final int VISITORS = 10_000;

    private static final String CSV = "text/csv; charset=UTF-8";

    private static EmbeddedPostgres postgres;
    private static String url;

    private Replica leaving;
    private Replica staying;

    @BeforeAll
    static void migrate() throws Exception {
        deleteDirectory();
        Files.createDirectories(DIRECTORY);
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(DIRECTORY.resolve("postgres"))
                .setLocaleConfig("locale", "C.UTF-8")
                .setLocaleConfig("encoding", "UTF8")
                .start();
        try (var connection = DriverManager.getConnection(postgres.getJdbcUrl("postgres", "postgres"));
                var statement = connection.createStatement()) {
            statement.execute("create database perennial");
        }
        url = "postgresql://localhost:%d/perennial".formatted(postgres.getPort());
        var migration = start(
                "migration",
                Map.of(
                        "PERENNIAL_DATABASE_USER", "postgres",
                        "PERENNIAL_DATABASE_PASSWORD", "postgres",
                        "QUARKUS_INIT_AND_EXIT", "true"));
        assertThat(migration.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(migration.exitValue())
                .as("see target/shutdown-it/migration.log")
                .isZero();
    }

    @AfterAll
    static void stopDatabase() throws Exception {
        postgres.close();
    }

    @AfterEach
    void stopReplicas() throws Exception {
        for (var replica : new Replica[] {leaving, staying}) {
            if (replica != null) {
                replica.process.destroyForcibly().waitFor();
            }
        }
    }

    /** A running service. */
    private record Replica(Process process, int port) {

        RequestSpecification request() {
            return RestAssured.given().port(port).header("X-API-Key", KEY);
        }

        int readiness() {
            try {
                return RestAssured.given().port(port).get("/q/health/ready").statusCode();
            } catch (Exception e) {
                return 0;
            }
        }
    }

    private static Replica replica(String name) throws IOException {
        var port = freePort();
        var process = start(
                name,
                Map.of("PERENNIAL_DATABASE_MIGRATE", "false", "PERENNIAL_ADMIN_KEY", KEY),
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.shutdown.delay=3S",
                "-Dquarkus.datasource.reactive.additional-properties.application_name=" + name,
                "-Dperennial.runs.customers-per-part=500");
        return new Replica(process, port);
    }

    private static Process start(String name, Map<String, String> environment, String... options) throws IOException {
        var builder = new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"), "-Xmx256m", "-Dquarkus.shutdown.timeout=20S");
        builder.command().addAll(List.of(options));
        builder.command().addAll(List.of("-jar", new File("target/quarkus-app/quarkus-run.jar").getAbsolutePath()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("PERENNIAL_"));
        builder.environment()
                .putAll(Map.of(
                        "PERENNIAL_DATABASE_URL", url,
                        "PERENNIAL_DATABASE_SERVICE_USER", "perennial_service",
                        "PERENNIAL_DATABASE_SERVICE_PASSWORD", "password-of-the-service"));
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true)
                .redirectOutput(DIRECTORY.resolve(name + ".log").toFile())
                .start();
    }

    private static String log(String name) {
        try {
            return Files.readString(DIRECTORY.resolve(name + ".log"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Connection owner() throws SQLException {
        return DriverManager.getConnection("jdbc:" + url, "postgres", "postgres");
    }

    private static long number(String sql) {
        return Long.parseLong(text(sql));
    }

    private static String text(String sql) {
        try (var connection = owner()) {
            return Database.texts(connection, sql).get(0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        var deadline = Instant.now().plus(limit);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(deadline);
            Thread.sleep(20);
        }
    }

    private static void deleteDirectory() throws IOException {
        if (Files.exists(DIRECTORY)) {
            try (var paths = Files.walk(DIRECTORY)) {
                paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private String organization() {
        return staying.request()
                .contentType("application/json")
                .body(Map.of("name", "Leaving", "org_type", "ecommerce", "currency", "EUR", "timezone", "UTC"))
                .post("/api/v1/organizations")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static String purchases(String prefix, int customers) {
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var customer = 0; customer < customers; customer++) {
            csv.append("%1$s%2$05d,2025-01-01,1%n%1$s%2$05d,2025-02-01,2%n".formatted(prefix, customer));
        }
        return csv.toString();
    }

    private void upload(String organization, String csv) throws InterruptedException {
        var run = staying.request()
                .contentType(CSV)
                .body(csv)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization)
                .then()
                .statusCode(200)
                .extract()
                .<String>path("features_run_id");
        await(
                "the features of the upload are computed",
                Duration.ofSeconds(30),
                () -> run(run).getString("status").equals("completed"));
    }

    /** What is sent of a run until the stream ends. */
    private static CompletableFuture<HttpResponse<String>> watch(Replica replica, String run) {
        var request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/api/v1/runs/%s/events".formatted(replica.port, run)))
                .header("X-API-Key", KEY)
                .build();
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private JsonPath run(String run) {
        return staying.request().get("/api/v1/runs/{run_id}", run).jsonPath();
    }

    /** Callers behind a balancer that sends them to every replica that it has last seen ready. */
    private final class Load implements AutoCloseable {

        private final HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private final String organization;
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final AtomicInteger customers = new AtomicInteger();
        private final AtomicInteger answeredByLeaving = new AtomicInteger();
        private final AtomicInteger answeredByStaying = new AtomicInteger();
        private final AtomicInteger lastOnTheirConnection = new AtomicInteger();
        private final List<Thread> callers;
        private volatile boolean balancerKnows;
        private volatile boolean over;

        Load(String organization) {
            this.organization = organization;
            callers = List.of(
                    new Thread(() -> call(leaving, answeredByLeaving)),
                    new Thread(() -> call(leaving, answeredByLeaving)),
                    new Thread(() -> call(staying, answeredByStaying)),
                    new Thread(() -> call(staying, answeredByStaying)));
            callers.forEach(Thread::start);
        }

        /** A customer accepts the offer, and somebody reads who is there. */
        private void call(Replica replica, AtomicInteger answered) {
            while (!over) {
                var target = balancerKnows ? staying : replica;
                var customer = customers.getAndIncrement();
                if (customer < VISITORS) {
                    send(accept(target, "l%05d".formatted(customer)), 201);
                }
                send(
                        HttpRequest.newBuilder(
                                        URI.create("http://localhost:%d/api/v1/organizations/%s/customers?limit=10"
                                                .formatted(target.port, organization)))
                                .header("X-API-Key", KEY)
                                .build(),
                        200);
                (target == staying ? answeredByStaying : answered).incrementAndGet();
            }
        }

        private HttpRequest accept(Replica target, String customer) {
            return HttpRequest.newBuilder(URI.create("http://localhost:%d/api/v1/offers/organizations/%s/77/redemptions"
                            .formatted(target.port, organization)))
                    .header("X-API-Key", KEY)
                    .header("Idempotency-Key", customer)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"customer_id\":\"" + customer + "\"}"))
                    .build();
        }

        private void send(HttpRequest request, int expected) {
            try {
                var response = client.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != expected) {
                    failures.add("%s: %d %s".formatted(request.uri(), response.statusCode(), response.body()));
                }
                if (response.headers().firstValue("Connection").orElse("").equalsIgnoreCase("close")) {
                    lastOnTheirConnection.incrementAndGet();
                }
            } catch (IOException e) {
                failures.add("%s: %s".formatted(request.uri(), e));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            over = true;
            for (var caller : callers) {
                caller.join();
            }
        }
    }

    private long transactionsOnRuns(String replica) {
        return number("""
                select count(*) from pg_stat_activity
                where application_name = '%s' and wait_event_type = 'Lock'""".formatted(replica));
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = owner();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aReplicaRefusesASchemaThatIsOlderThanItIs() throws Exception {
        execute("""
                create table kept as select * from flyway_schema_history order by installed_rank desc limit 1;
                delete from flyway_schema_history where installed_rank = (select installed_rank from kept)""");
        try {
            var replica =
                    start("early", Map.of("PERENNIAL_DATABASE_MIGRATE", "false"), "-Dquarkus.http.port=" + freePort());
            assertThat(replica.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(replica.exitValue()).isEqualTo(1);
            assertThat(log("early")).contains("The schema of the database has version");
        } finally {
            execute("insert into flyway_schema_history select * from kept; drop table kept");
        }
    }

    @Test
    void aReplicaThatIsToldToStopFinishesWhatItAnswersAndHandsBackTheRest() throws Exception {
        staying = replica("staying");
        leaving = replica("leaving");
        for (var replica : List.of(staying, leaving)) {
            await(
                    "the replica starts; see target/shutdown-it",
                    Duration.ofSeconds(120),
                    () -> replica.readiness() == 200);
        }
        var worked = organization();
        upload(worked, purchases("c", CUSTOMERS));
        var visited = organization();
        upload(visited, purchases("l", VISITORS));
        staying.request()
                .contentType("application/json")
                .body(Map.of(
                        "offer_id", 77,
                        "name", "Stay",
                        "description", "One euro for those who stay",
                        "category", "discount",
                        "cost", 1))
                .post("/api/v1/offers/organizations/{org_id}", visited)
                .then()
                .statusCode(201);

        try (var lock = owner();
                var upload = new RawHttp(leaving.port);
                var statement = lock.createStatement()) {
            // Whoever works on a part now waits with it, for as long as the test likes.
            lock.setAutoCommit(false);
            statement.execute("lock table customer_feature in share mode");
            var totals = CompletableFuture.supplyAsync(() -> leaving.request()
                    .queryParam("as_of", "2025-03-01T00:00:00Z")
                    .post("/api/v1/segmentation/organizations/{org_id}/segment", worked));
            await(
                    "the replica works on parts of the run",
                    Duration.ofSeconds(20),
                    () -> transactionsOnRuns("leaving") == 2);
            var watching = watch(
                    leaving,
                    text("select id from runs where organization_id = '%s' and kind = 'segmentation'"
                            .formatted(worked)));
            upload.head(
                            "POST /api/v1/organizations/%s/customers HTTP/1.1".formatted(visited),
                            "X-API-Key: " + KEY,
                            "Content-Type: text/csv",
                            "Transfer-Encoding: chunked")
                    .chunk("customer_id,name\nu1,Ada\n");

            try (var load = new Load(visited)) {
                await(
                        "both replicas answer",
                        Duration.ofSeconds(20),
                        () -> load.answeredByLeaving.get() > 20 && load.answeredByStaying.get() > 20);

                leaving.process.toHandle().destroy();

                await(
                        "it hands its work back at once",
                        Duration.ofSeconds(2),
                        () -> transactionsOnRuns("leaving") == 0);
                assertThat(leaving.process.isAlive()).isTrue();
                assertThat(watching.get(5, TimeUnit.SECONDS).body())
                        .as("who watches the run is sent on, before its end")
                        .contains("\"status\":\"running\"")
                        .doesNotContain("\"status\":\"completed\"");
                await("it is not ready any more", Duration.ofSeconds(2), () -> leaving.readiness() == 503);
                assertThat(leaving.request()
                                .get("/api/v1/organizations/{org_id}/customers", visited)
                                .statusCode())
                        .as("it still answers when it is not ready any more")
                        .isEqualTo(200);
                load.balancerKnows = true;
                await(
                        "it only waits for what it has begun to answer",
                        Duration.ofSeconds(10),
                        () -> log("leaving").contains("Waiting for HTTP requests to complete"));

                lock.rollback();
                upload.chunk("u2,Grace\n").send("0\r\n\r\n");
                assertThat(upload.firstLine()).isEqualTo("HTTP/1.1 200 OK");
                var answer = totals.get(30, TimeUnit.SECONDS);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.jsonPath().getInt("segmented")).isEqualTo(CUSTOMERS);
                assertThat(leaving.process.waitFor(15, TimeUnit.SECONDS)).isTrue();
                // 128 + SIGTERM: it ended because it was told to, and in order.
                assertThat(leaving.process.exitValue()).isEqualTo(143);

                var answered = load.answeredByStaying.get();
                await(
                        "the other one goes on",
                        Duration.ofSeconds(10),
                        () -> load.answeredByStaying.get() > answered + 20);
                load.close();
                assertThat(load.failures).isEmpty();
                assertThat(load.lastOnTheirConnection.get())
                        .as("answers that ask the caller to connect anew")
                        .isPositive();
                nothingIsCountedTwice(worked, visited, Math.min(VISITORS, load.customers.get()));
            }
        }
    }

    private void nothingIsCountedTwice(String worked, String visited, int accepted) {
        assertThat(number("select count(*) from offer_redemptions where organization_id = '%s'".formatted(visited)))
                .isEqualTo(accepted);
        assertThat(number("select redemptions from offers where organization_id = '%s' and offer_id = 77"
                        .formatted(visited)))
                .isEqualTo(accepted);
        assertThat(number("select sum(spent)::bigint from offer_spending where organization_id = '%s'"
                        .formatted(visited)))
                .isEqualTo(accepted);
        assertThat(number("select count(*) from customers where organization_id = '%s' and external_id in ('u1', 'u2')"
                        .formatted(visited)))
                .isEqualTo(2);
        assertThat(number("select count(*) from runs where organization_id = '%s' and kind = 'segmentation'"
                        .formatted(worked)))
                .isEqualTo(1);
        assertThat(number("select count(*) from segment_assignments where organization_id = '%s'".formatted(worked)))
                .isEqualTo(CUSTOMERS);
        assertThat(number("select count(*) from segment_history where organization_id = '%s'".formatted(worked)))
                .as("nobody has left a segment, as by being segmented again")
                .isZero();
        assertThat(number("select max(attempts) from run_partitions where organization_id = '%s'".formatted(worked)))
                .as("to be handed back is no failed attempt")
                .isZero();
        assertThat(staying.request()
                        .get("/api/v1/segmentation/organizations/{org_id}/segments", worked)
                        .jsonPath()
                        .getInt("total_customers"))
                .isEqualTo(CUSTOMERS);
    }
}
