package io.perennial;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.perennial.models.ModelFeature;
import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.ModelFitting;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.Task;
import io.perennial.recovery.dunning.CaseBuilder;
import io.perennial.testing.Database;
import io.perennial.testing.Replica;
import io.perennial.testing.ReplicaDatabase;

/**
 * Two packaged replicas on one database, which were started together and migrated it, behave as one: whatever is asked of one of
 * them, or of both at the same time, or is due at both, happens once.
 */
class ReplicasIT {

    private static final String JSON = "application/json";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static ReplicaDatabase database;
    private static Replica one;
    private static Replica other;

    @BeforeAll
    static void startTogether() throws Exception {
        var folder = Replica.freshFolder("replicas-it");
        database = ReplicaDatabase.start(folder);
        one = start(folder, "one");
        other = start(folder, "other");
        one.awaitReady();
        other.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        for (var replica : List.of(one, other)) {
            replica.kill();
        }
        database.close();
    }

    private static Replica start(Path folder, String name) throws IOException {
        var command = Replica.jar(
                "-Dperennial.offers.sync.check-every=1s",
                "-Dperennial.offers.sync.allowed-hosts=localhost",
                "-Dperennial.recovery.cases.alert-hosts=localhost",
                "-Dperennial.runs.customers-per-part=100");
        var environment = database.asMigrator(Map.of(
                "PERENNIAL_RECOVERY_DUNNING_ENABLED",
                "false",
                // The trees need no engine, and loading it takes longer than all that is tested here.
                "PYTORCH_LIBRARY_PATH",
                folder.resolve("nothing").toString()));
        return Replica.start(command, environment, folder.resolve(name + ".log"));
    }

    /** The sum of what a replica has counted in metrics that begin like this. */
    private static long counted(Replica replica, String metric) {
        return replica.request()
                .get("/q/metrics")
                .asString()
                .lines()
                .filter(line -> line.startsWith(metric))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static String text(String sql, Object... parameters) {
        try (var owner = database.asOwner()) {
            return Database.texts(owner, sql, parameters).get(0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static UUID organization() {
        return UUID.fromString(one.asAdmin()
                .contentType(JSON)
                .body(Map.of("name", "Shared", "org_type", "ecommerce", "currency", "EUR", "timezone", "UTC"))
                .post("/api/v1/organizations")
                .then()
                .statusCode(201)
                .extract()
                .path("id"));
    }

    /** Customers {@code c0} and so on, who bought something three weeks ago and again last week. */
    private static UUID organizationOf(int customers) throws InterruptedException {
        var organization = organization();
        var today = LocalDate.now(ZoneOffset.UTC);
        var csv = IntStream.range(0, customers)
                .mapToObj(i -> "c%1$d,%2$s,%4$d%nc%1$d,%3$s,%4$d%n"
                        .formatted(i, today.minusDays(21), today.minusDays(7), 10 + i % 50))
                .collect(Collectors.joining("", "customer_id,occurred_at,amount\n", ""));
        var run = one.asAdmin()
                .contentType("text/csv; charset=UTF-8")
                .body(csv)
                .post("/api/v1/churn/organizations/{org_id}/upload-data", organization)
                .then()
                .statusCode(200)
                .extract()
                .<String>path("features_run_id");
        Replica.await("the features of the upload are computed", PATIENCE, () -> isCompleted(run));
        return organization;
    }

    private static boolean isCompleted(String run) {
        return text("select status from runs where id = ?::uuid", run).equals("completed");
    }

    /** Asks both replicas, each in turn, for the same things at the same time; yields the answers in their order. */
    private static List<HttpResponse<String>> askBoth(int requests, String path, String key, String body) {
        var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        return IntStream.range(0, 2 * requests)
                .mapToObj(i -> client.sendAsync(
                        HttpRequest.newBuilder(
                                        URI.create("http://localhost:" + (i % 2 == 0 ? one : other).port() + path))
                                .header("X-API-Key", Replica.ADMIN_KEY)
                                .header("Idempotency-Key", key.formatted(i / 2))
                                .header("Prefer", "respond-async")
                                .header("Content-Type", JSON)
                                .timeout(PATIENCE)
                                .POST(HttpRequest.BodyPublishers.ofString(body.formatted(i / 2)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    @Test
    void aRunThatIsStartedAtBothIsOneThatBothKnow() throws Exception {
        var organization = organizationOf(2_000);

        var answers = askBoth(
                1,
                "/api/v1/segmentation/organizations/%s/segment".formatted(organization),
                "crm/segments-29000000",
                "");

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(202);
        var runs = answers.stream()
                .map(answer -> JsonPath.from(answer.body()).getString("id"))
                .distinct()
                .toList();
        assertThat(runs).hasSize(1);
        var run = runs.get(0);
        Replica.await("the run ends", PATIENCE, () -> isCompleted(run));
        assertThat(text("select count(*) from runs where organization_id = ? and kind = 'segmentation'", organization))
                .isEqualTo("1");
        assertThat(text("select max(attempts) from run_partitions where organization_id = ?", organization))
                .as("no part is done by one while the other does it")
                .isEqualTo("0");
        assertThat(text("select count(*) from segment_assignments where organization_id = ?", organization))
                .isEqualTo("2000");
        for (var replica : List.of(one, other)) {
            var known = replica.asAdmin().get("/api/v1/runs/{run_id}", run).jsonPath();
            assertThat(known.getString("status")).isEqualTo("completed");
            assertThat(known.getInt("totals.segmented")).isEqualTo(2_000);
        }
        Replica.await(
                "its end is counted, by one of them",
                PATIENCE,
                () -> segmentationsCounted(one) + segmentationsCounted(other) == 1);
    }

    private static long segmentationsCounted(Replica replica) {
        return counted(replica, "perennial_runs_seconds_count{kind=\"segmentation\"");
    }

    @Test
    void aSourceThatIsDueAtBothIsAskedOnce() throws Exception {
        var asked = new ConcurrentHashMap<String, AtomicInteger>();
        var bothAsk = new CyclicBarrier(2);
        var requests = new AtomicInteger();
        var alone = new AtomicInteger();
        var source = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var threads = Executors.newCachedThreadPool();
        source.setExecutor(threads);
        source.createContext("/", exchange -> {
            try (exchange) {
                asked.computeIfAbsent(exchange.getRequestURI().getPath(), path -> new AtomicInteger())
                        .incrementAndGet();
                // A replica asks one source after the other, so two requests at a time are of both.
                if (requests.incrementAndGet() <= 2) {
                    bothAsk.await(10, TimeUnit.SECONDS);
                }
                var offers =
                        "[{\"id\": \"spring\", \"title\": \"Spring\", \"cost\": 5}]".getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", JSON);
                exchange.sendResponseHeaders(200, offers.length);
                exchange.getResponseBody().write(offers);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                alone.incrementAndGet();
            }
        });
        source.start();
        try {
            var organizations =
                    IntStream.range(0, 6).mapToObj(i -> organization()).toList();
            for (var organization : organizations) {
                describe(organization, source.getAddress().getPort());
            }
            try (var owner = database.asOwner();
                    var statement = owner.createStatement()) {
                statement.execute("update offer_sync_sources set next_sync_at = now() - interval '1 second'");
            }

            Replica.await(
                    "every source is taken over", PATIENCE, () -> text("""
                    select bool_and(last_synced_at is not null)
                    from offer_sync_sources""").equals("t"));

            assertThat(alone).as("each replica waited for the other in vain").hasValue(0);
            assertThat(asked).hasSize(6);
            assertThat(asked.values()).allSatisfy(times -> assertThat(times).hasValue(1));
            for (var organization : organizations) {
                assertThat(text(
                                "select count(*) from offers where organization_id = ? and external_offer_id = 'spring'",
                                organization))
                        .isEqualTo("1");
            }
            assertThat(text("select bool_and(next_sync_at > now() + interval '50 minutes') from offer_sync_sources"))
                    .as("and is due again after an hour")
                    .isEqualTo("t");
        } finally {
            source.stop(0);
            threads.shutdownNow();
        }
    }

    @Test
    void anAnswerThatIsLateAtBothIsToldOnce() throws Exception {
        var told = new ConcurrentHashMap<String, AtomicInteger>();
        var alerts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        alerts.createContext("/", exchange -> {
            try (exchange) {
                told.computeIfAbsent(
                                JsonPath.from(exchange.getRequestBody()).getString("case_id"),
                                id -> new AtomicInteger())
                        .incrementAndGet();
                exchange.sendResponseHeaders(204, -1);
            }
        });
        alerts.start();
        try {
            var organization = organization();
            one.asAdmin()
                    .contentType(JSON)
                    .body(Map.of(
                            "holdout_share",
                            0,
                            "approve_critical_cases",
                            false,
                            "any_payment_recovers",
                            true,
                            "alert_url",
                            "http://localhost:%d/".formatted(alerts.getAddress().getPort())))
                    .put("/api/v1/recovery/organizations/{org_id}/settings", organization)
                    .then()
                    .statusCode(200);
            try (var owner = database.asOwner();
                    var statement = owner.createStatement()) {
                CaseBuilder.dueCases(owner, organization, 40);
                statement.execute("update recovery_cases set respond_by = now() - interval '1 second'"
                        + " where organization_id = '%s'".formatted(organization));
            }

            Replica.await(
                    "every late answer is told",
                    PATIENCE,
                    () -> text("""
                    select count(*) from recovery_case_events
                    where organization_id = ? and kind = 'response_late_told'""", organization).equals("40"));

            assertThat(told).hasSize(40);
            assertThat(told.values()).allSatisfy(times -> assertThat(times).hasValue(1));
            assertThat(text(
                            "select count(*) from recovery_case_events where organization_id = ? and kind = 'response_late'",
                            organization))
                    .isEqualTo("40");
        } finally {
            alerts.stop(0);
        }
    }

    private static void describe(UUID organization, int port) {
        one.asAdmin()
                .contentType(JSON)
                .body(Map.of(
                        "url",
                        "http://localhost:%d/%s".formatted(port, organization),
                        "mapping",
                        Map.of("external_offer_id", "/id", "name", "/title", "category", "=discount", "cost", "/cost"),
                        "every_minutes",
                        60,
                        "enabled",
                        true))
                .put("/api/v1/offers/organizations/{org_id}/sync-sources/shop", organization)
                .then()
                .statusCode(200);
    }

    @Test
    void theBudgetOfAnOfferIsSpentOnceAndNeverOver() throws Exception {
        var organization = organizationOf(64);
        one.asAdmin()
                .contentType(JSON)
                .body(Map.of(
                        "offer_id",
                        77,
                        "name",
                        "Stay",
                        "description",
                        "Two euros for those who stay",
                        "category",
                        "discount",
                        "cost",
                        2,
                        "monthly_budget",
                        41))
                .post("/api/v1/offers/organizations/{org_id}", organization)
                .then()
                .statusCode(201);

        var answers = askBoth(
                64,
                "/api/v1/offers/organizations/%s/77/redemptions".formatted(organization),
                "visit-%d",
                "{\"customer_id\": \"c%d\"}");

        for (var customer = 0; customer < 64; customer++) {
            assertThat(answers.get(2 * customer).statusCode())
                    .as("both say the same to customer %d", customer)
                    .isEqualTo(answers.get(2 * customer + 1).statusCode());
        }
        assertThat(answers.stream().collect(Collectors.groupingBy(HttpResponse::statusCode, Collectors.counting())))
                .isEqualTo(Map.of(201, 40L, 409, 88L));
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 409)
                .allSatisfy(answer -> assertThat(answer.body()).contains("urn:perennial:problem:monthly-budget-spent"));
        assertThat(text("select sum(spent)::int from offer_spending where organization_id = ?", organization))
                .isEqualTo("40");
        assertThat(text("select count(*) from offer_redemptions where organization_id = ?", organization))
                .isEqualTo("20");
    }

    @Test
    void theBudgetOfIncentivesIsPromisedOnceAndNeverOver() throws Exception {
        var organization = organization();
        one.asAdmin()
                .contentType(JSON)
                .body(Map.of("monthly_budget", 3_001, "lifetime_value_share", 1))
                .put("/api/v1/recovery/organizations/{org_id}/incentive-budget", organization)
                .then()
                .statusCode(200);
        try (var owner = database.asOwner()) {
            CaseBuilder.dueCases(owner, organization, 120);
        }

        var answers = askBoth(
                4, "/api/v1/recovery/organizations/%s/dunning/run".formatted(organization), "crm/dunning-%d", "");

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(text(
                        "select count(*) from recovery_steps where organization_id = ? and status = 'done'",
                        organization))
                .isEqualTo("120");
        assertThat(List.of(one, other))
                .allSatisfy(replica -> assertThat(counted(replica, "perennial_recovery_steps_total"))
                        .as("both took part")
                        .isPositive());
        assertThat(counted(one, "perennial_recovery_steps_total") + counted(other, "perennial_recovery_steps_total"))
                .isEqualTo(120);
        // A discount costs 48.00, and 12.00 more because the payment failed twice, as long as it is there.
        assertThat(text("select reserved::int from incentive_spending where organization_id = ?", organization))
                .isEqualTo("3000");
        assertThat(text("select sum(cost)::int from retention_offers where organization_id = ?", organization))
                .isEqualTo("3000");
        for (var replica : List.of(one, other)) {
            assertThat(replica.asAdmin()
                            .get("/api/v1/recovery/organizations/{org_id}/incentive-budget", organization)
                            .jsonPath()
                            .getDouble("left"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aModelThatIsActivatedThroughOneAnswersThroughTheOther() throws Exception {
        var organization = organizationOf(2);
        insertModel(organization, 1, "active", 1);
        insertModel(organization, 2, "candidate", -1);
        var customer = text("select customer_id from customers where organization_id = ? limit 1", organization);
        var first = churn(other, customer);
        assertThat(first.get("model_version")).as("%s", first).isEqualTo("churn-1");
        assertThat(churn(one, customer)).isEqualTo(first);

        one.asAdmin()
                .post("/api/v1/models/organizations/{org_id}/churn/versions/2/activate", organization)
                .then()
                .statusCode(200);

        var second = churn(one, customer);
        assertThat(second.get("model_version")).isEqualTo("churn-2");
        assertThat(second.get("value")).as("another model says something else").isNotEqualTo(first.get("value"));
        Replica.await(
                "the other replica notices",
                Duration.ofSeconds(20),
                () -> churn(other, customer).equals(second));

        other.asAdmin()
                .post("/api/v1/models/organizations/{org_id}/churn/rollback", organization)
                .then()
                .statusCode(200);

        assertThat(churn(other, customer)).isEqualTo(first);
        Replica.await(
                "and so does the first",
                Duration.ofSeconds(20),
                () -> churn(one, customer).equals(first));
    }

    private static Map<String, Object> churn(Replica replica, String customer) {
        return replica.asAdmin()
                .queryParam("kind", "churn")
                .get("/api/v1/predictions/customers/{customer_id}", customer)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getMap("predictions.churn");
    }

    /**
     * Trees that were grown on made-up rows.
     *
     * @param direction in which the first feature moves what they say, 1 or -1
     */
    private static void insertModel(UUID organization, int number, String status, int direction) throws SQLException {
        var schema = ModelFeature.schema(ModelFeature.ALL);
        var few = new GradientBoosting.Parameters(0.3, List.of(3), 1, 1, 1, 1, 10, 10);
        try (var model = new ModelFitting(List.of(new GradientBoosting(1, few)), 2)
                        .fit(
                                Task.of(Objective.BINARY, schema),
                                madeUp(new Rows(schema, 400, random(400 * schema.size(), 1)), direction),
                                madeUp(new Rows(schema, 200, random(200 * schema.size(), 2)), direction),
                                number)
                        .model();
                var owner = database.asOwner();
                var statement = owner.prepareStatement("""
                        insert into model_versions (organization_id, kind, number, status, learner, feature_schema, metrics,
                            reference, artifact, snapshots, run_id, trained_at, activated_at)
                        select ?, 'churn', ?, ?, 'xgboost', jsonb_build_object('features', ?, 'choices', array[]::text[]), '{}',
                            '{}', ?, '{}', gen_random_uuid(), now(), now()""")) {
            statement.setObject(1, organization);
            statement.setInt(2, number);
            statement.setString(3, status);
            statement.setArray(
                    4,
                    owner.createArrayOf(
                            "text",
                            ModelFeature.ALL.stream().map(ModelFeature::name).toArray()));
            statement.setBytes(5, model.toBytes());
            statement.executeUpdate();
        }
    }

    private static float[] random(int count, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(60);
        }
        return values;
    }

    /** Labelled by the first feature. */
    private static LabelledRows madeUp(Rows rows, int direction) {
        var labels = new float[rows.count()];
        for (var row = 0; row < labels.length; row++) {
            labels[row] = direction * (rows.get(row, 0) - 30) > 0 ? 1 : 0;
        }
        return new LabelledRows(rows, labels);
    }
}
