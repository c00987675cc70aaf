package io.perennial;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.perennial.testing.RawHttp;
import io.perennial.testing.Replica;
import io.perennial.testing.ReplicaDatabase;

/**
 * Two packaged replicas on one database, of which one is told to stop in the middle of its work, as by Kubernetes. The schema
 * was migrated by a process of its own, and the replicas know nothing of its owner.
 */
class ShutdownIT {

    private static final int CUSTOMERS = 5_000;

    /** Customers who may accept the offer while replicas stop; once all have, there is only reading. */
    private static final int VISITORS = 10_000;

    private static final String CSV = "text/csv; charset=UTF-8";

    private static Path folder;
    private static ReplicaDatabase database;

    private Replica leaving;
    private Replica staying;

    @BeforeAll
    static void migrate() throws Exception {
        folder = Replica.freshFolder("shutdown-it");
        database = ReplicaDatabase.start(folder).migrate(Replica.jar(), log("migration"));
    }

    @AfterAll
    static void stopDatabase() throws IOException {
        database.close();
    }

    @AfterEach
    void stopReplicas() throws InterruptedException {
        for (var replica : new Replica[] {leaving, staying}) {
            if (replica != null) {
                replica.kill();
            }
        }
    }

    private static Path log(String name) {
        return folder.resolve(name + ".log");
    }

    private static Replica replica(String name) throws IOException {
        return Replica.start(
                Replica.jar(
                        "-Dquarkus.shutdown.delay=3S",
                        "-Dquarkus.shutdown.timeout=20S",
                        "-Dquarkus.datasource.reactive.additional-properties.application_name=" + name,
                        "-Dperennial.runs.customers-per-part=500"),
                database.environment(Map.of()),
                log(name));
    }

    private static long number(String sql) {
        return Long.parseLong(database.text(sql));
    }

    private String organization() {
        return staying.asAdmin()
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
        var run = staying.asAdmin()
                .contentType(CSV)
                .body(csv)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization)
                .then()
                .statusCode(200)
                .extract()
                .<String>path("features_run_id");
        Replica.await(
                "the features of the upload are computed",
                Duration.ofSeconds(30),
                () -> run(run).getString("status").equals("completed"));
    }

    /** What is sent of a run until the stream ends. */
    private static CompletableFuture<HttpResponse<String>> watch(Replica replica, String run) {
        var request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/api/v1/runs/%s/events".formatted(replica.port(), run)))
                .header("X-API-Key", Replica.ADMIN_KEY)
                .build();
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    private JsonPath run(String run) {
        return staying.asAdmin().get("/api/v1/runs/{run_id}", run).jsonPath();
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
                                                .formatted(target.port(), organization)))
                                .header("X-API-Key", Replica.ADMIN_KEY)
                                .build(),
                        200);
                (target == staying ? answeredByStaying : answered).incrementAndGet();
            }
        }

        private HttpRequest accept(Replica target, String customer) {
            return HttpRequest.newBuilder(URI.create("http://localhost:%d/api/v1/offers/organizations/%s/77/redemptions"
                            .formatted(target.port(), organization)))
                    .header("X-API-Key", Replica.ADMIN_KEY)
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

    @Test
    void aReplicaRefusesASchemaThatIsOlderThanItIs() throws Exception {
        database.execute("""
                create table kept as select * from flyway_schema_history order by installed_rank desc limit 1;
                delete from flyway_schema_history where installed_rank = (select installed_rank from kept)""");
        try {
            var early = replica("early");
            assertThat(early.awaitEnd()).isEqualTo(1);
            assertThat(early.log()).contains("The schema of the database has version");
        } finally {
            database.execute("insert into flyway_schema_history select * from kept; drop table kept");
        }
    }

    @Test
    void aReplicaThatIsToldToStopFinishesWhatItAnswersAndHandsBackTheRest() throws Exception {
        staying = replica("staying");
        leaving = replica("leaving");
        staying.awaitReady();
        leaving.awaitReady();
        var worked = organization();
        upload(worked, purchases("c", CUSTOMERS));
        var visited = organization();
        upload(visited, purchases("l", VISITORS));
        staying.asAdmin()
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

        try (var lock = database.asOwner();
                var upload = new RawHttp(leaving.port());
                var statement = lock.createStatement()) {
            // Whoever works on a part now waits with it, for as long as the test likes.
            lock.setAutoCommit(false);
            statement.execute("lock table customer_feature in share mode");
            var totals = CompletableFuture.supplyAsync(() -> leaving.asAdmin()
                    .queryParam("as_of", "2025-03-01T00:00:00Z")
                    .post("/api/v1/segmentation/organizations/{org_id}/segment", worked));
            Replica.await(
                    "the replica works on parts of the run",
                    Duration.ofSeconds(20),
                    () -> transactionsOnRuns("leaving") == 2);
            var watching = watch(
                    leaving,
                    database.text("select id from runs where organization_id = '%s' and kind = 'segmentation'"
                            .formatted(worked)));
            upload.head(
                            "POST /api/v1/organizations/%s/customers HTTP/1.1".formatted(visited),
                            "X-API-Key: " + Replica.ADMIN_KEY,
                            "Content-Type: text/csv",
                            "Transfer-Encoding: chunked")
                    .chunk("customer_id,name\nu1,Ada\n");

            try (var load = new Load(visited)) {
                Replica.await(
                        "both replicas answer",
                        Duration.ofSeconds(20),
                        () -> load.answeredByLeaving.get() > 20 && load.answeredByStaying.get() > 20);

                leaving.process().toHandle().destroy();

                Replica.await(
                        "it hands its work back at once",
                        Duration.ofSeconds(2),
                        () -> transactionsOnRuns("leaving") == 0);
                assertThat(leaving.process().isAlive()).isTrue();
                assertThat(watching.get(5, TimeUnit.SECONDS).body())
                        .as("who watches the run is sent on, before its end")
                        .contains("\"status\":\"running\"")
                        .doesNotContain("\"status\":\"completed\"");
                Replica.await("it is not ready any more", Duration.ofSeconds(2), () -> leaving.readiness() == 503);
                assertThat(leaving.asAdmin()
                                .get("/api/v1/organizations/{org_id}/customers", visited)
                                .statusCode())
                        .as("it still answers when it is not ready any more")
                        .isEqualTo(200);
                load.balancerKnows = true;
                Replica.await(
                        "it only waits for what it has begun to answer",
                        Duration.ofSeconds(10),
                        () -> leaving.log().contains("Waiting for HTTP requests to complete"));

                lock.rollback();
                upload.chunk("u2,Grace\n").send("0\r\n\r\n");
                assertThat(upload.firstLine()).isEqualTo("HTTP/1.1 200 OK");
                var answer = totals.get(30, TimeUnit.SECONDS);
                assertThat(answer.statusCode()).isEqualTo(200);
                assertThat(answer.jsonPath().getInt("segmented")).isEqualTo(CUSTOMERS);
                assertThat(leaving.process().waitFor(15, TimeUnit.SECONDS)).isTrue();
                // 128 + SIGTERM: it ended because it was told to, and in order.
                assertThat(leaving.process().exitValue()).isEqualTo(143);

                var answered = load.answeredByStaying.get();
                Replica.await(
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
        assertThat(staying.asAdmin()
                        .get("/api/v1/segmentation/organizations/{org_id}/segments", worked)
                        .jsonPath()
                        .getInt("total_customers"))
                .isEqualTo(CUSTOMERS);
    }
}
