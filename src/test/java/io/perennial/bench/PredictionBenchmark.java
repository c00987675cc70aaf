package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.agroal.DataSource;
import io.quarkus.arc.ClientProxy;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusMock;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.models.Engine;
import io.perennial.models.Learners;
import io.perennial.models.ModelFeature;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.Rows;
import io.perennial.models.predict.PredictionRun;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.registry.TrainedVersion;
import io.perennial.models.serve.BatchScoring;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.InferenceConfig;
import io.perennial.models.serve.TrainedModels;
import io.perennial.runs.Run;
import io.perennial.runs.Runs;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Predictions of a large organization, against the engine alone, and of its customers one by one over HTTP. */
@ServiceTest
@Tag("bench")
class PredictionBenchmark {

    static final String AS_OF = "2026-01-01T00:00:00Z";

    private static final String[] INPUTS = {"customers", "customer_feature", "transactions", "churn_prediction"};

    /** Customers who have transactions that their features are computed from. */
    private static final int WITH_TRANSACTIONS = Size.CUSTOMERS / 10;

    /** Features are computed for each, so there are fewer requests than for what is only read. */
    private static final int REQUESTS = Size.REQUESTS / 10;

    /** Rows that the engine alone scores. */
    private static final int FLOOR_ROWS = Math.min(Size.CUSTOMERS, 100_000);

    private static final Duration LIMIT = Duration.ofMinutes(30);

    /** From 1 to 19 transactions a customer over the last year, ten on average. */
    private static final String TRANSACTIONS = """
            insert into transactions (organization_id, customer_id, transaction_key, occurred_at, amount, status)
            select organization_id, customer_id, gen_random_uuid(), now() - random() * interval '365 days',
                round((5 + 200 * random() * random())::numeric, 2), 'completed'
            from (select * from customers where organization_id = '%s' order by customer_id) c
            cross join lateral generate_series(0, abs(hashtext(c.external_id)) %% 19)""";

    private final Report report = new Report("Predictions", """
            Predictions with features are the last step of the run `predictions`, by the driver of runs: features that are there
            are read by cursor, scored by a blend of boosted trees and TabM networks and stored, from no predictions to all. The
            floor is the same model over a tenth of the same rows, in memory, on as many threads as there are workers, with nothing
            else to do.

            For scoring, ours are the seconds in which a worker scored a block, and in place of a floor there are the seconds of
            everything: of that last step, and of a whole run, which computes the features from transactions first. As blocks leave
            one worker to single customers, two workers score one block at a time, and the share of the time of both is half as
            large. In the whole run those are scored who have bought within the churn horizon.

            Over HTTP ours is the endpoint with a viewer's key on 64 connections; it computes the features of the customer as of
            now and then asks the model. The floor is the same service with inference that takes batches of one, in the same
            process.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @Inject
    TenantDatabase database;

    @Inject
    ModelVersions versions;

    @Inject
    Inference inference;

    @Inject
    InferenceConfig config;

    @Inject
    Engine engine;

    @Inject
    Runs runs;

    @Inject
    MeterRegistry meters;

    @TestHTTPResource
    URI service;

    private Owner owner;

    @Test
    void predictions() throws Exception {
        owner = new Owner(source);
        engine.whenReady().await().atMost(Duration.ofMinutes(2));
        var artifact = manyCustomers();
        customersWithTransactions(artifact);
        report.write(owner);
    }

    /** Yields what was trained on them. */
    private byte[] manyCustomers() throws Exception {
        var organization = Api.organization("ecommerce");
        var features = new GeneratedFeatures(owner, organization);
        features.addCustomers(Size.CUSTOMERS);
        var run = featuresDone(organization);
        features.add(Size.CUSTOMERS, run);
        var artifact = features.train();
        serve(organization, artifact);
        measureRuns(organization, run, artifact, features.rows(FLOOR_ROWS));
        owner.clear(organization, INPUTS);
        return artifact;
    }

    /** A run of predictions, nearly at its end: only what the models have to say is missing. */
    private UUID featuresDone(UUID organization) throws SQLException {
        var run = transaction(
                        organization,
                        connection -> runs.create(connection, organization, PredictionRun.NAME, Instant.parse(AS_OF))
                                .call(created ->
                                        connection.preparedQuery("""
                                                update runs set status = 'completed'
                                                where organization_id = $1 and id = $2""").execute(Tuple.of(organization, created.id()))))
                .id();
        owner.run("update run_partitions set finished_at = now() where run_id = '%s'".formatted(run));
        return run;
    }

    private <T> T transaction(UUID organization, Function<SqlConnection, Uni<T>> work) {
        return database.transaction(organization, work).await().atMost(LIMIT);
    }

    /** Makes the model the one that answers. */
    private void serve(UUID organization, byte[] artifact) {
        var names = ModelFeature.ALL.stream().map(ModelFeature::name).toList();
        var nothing = new JsonObject();
        var version = new TrainedVersion(Model.BLEND, names, List.of(), artifact, nothing, nothing, nothing);
        transaction(
                organization,
                connection -> versions.add(connection, organization, "churn", UUID.randomUUID(), version)
                        .chain(number -> versions.activate(connection, organization, "churn", number)));
    }

    private void measureRuns(UUID organization, UUID run, byte[] artifact, Rows rows) throws Exception {
        var seconds = new double[Size.ROUNDS];
        var scoring = new double[Size.ROUNDS];
        var floor = new double[Size.ROUNDS];
        bare(artifact, rows);
        for (var round = 0; round < Size.ROUNDS; round++) {
            floor[round] = bare(artifact, rows);
            var before = scoringSeconds();
            seconds[round] = predict(organization, run);
            scoring[round] = scoringSeconds() - before;
            System.out.printf(
                    "predictions: %.0f rows/s in %.1f s, scoring %.1f s (%.2f); engine alone %.0f rows/s; load %.1f%n",
                    Size.CUSTOMERS / seconds[round],
                    seconds[round],
                    scoring[round],
                    scoring[round] / seconds[round],
                    floor[round],
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
        report.add(Figure.throughput(
                        "Predictions of %,d customers with features, read, scored and stored".formatted(Size.CUSTOMERS),
                        "rows",
                        Size.CUSTOMERS / Size.median(seconds),
                        Size.median(floor),
                        0)
                .withoutTarget());
        report.add(Figure.share("Scoring, of these predictions", Size.median(scoring), Size.median(seconds), 0.5)
                .withoutTarget());
    }

    /** Seconds from no predictions to all. */
    private double predict(UUID organization, UUID run) throws SQLException {
        owner.clear(organization, "churn_prediction");
        owner.settle();
        owner.run("update run_partitions set finished_at = null where step = 1 and run_id = '%s'".formatted(run));
        var begin = System.nanoTime();
        owner.run("update runs set status = 'running', finished_at = null where id = '%s'".formatted(run));
        var finished = runs.get(organization, run).chain(runs::follow).await().atMost(LIMIT);
        var seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(finished.status()).isEqualTo("completed");
        assertThat(owner.count("churn_prediction", organization)).isEqualTo(Size.CUSTOMERS);
        return seconds;
    }

    /** Seconds in which blocks were scored since the start. */
    private double scoringSeconds() {
        return meters.timer("perennial.inference.time", "job", "block").totalTime(TimeUnit.NANOSECONDS) / 1e9;
    }

    /** Rows a second that as many threads as there are workers score, each with the model for itself. */
    private double bare(byte[] artifact, Rows rows) throws Exception {
        var blocks = blocks(rows);
        var next = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(config.workers());
        var models = new ArrayList<Model>();
        try {
            for (var i = 0; i < config.workers(); i++) {
                models.add(Model.read(artifact, Learners.ALL));
            }
            var begin = System.nanoTime();
            var done = new ArrayList<Future<?>>();
            for (var model : models) {
                done.add(threads.submit(() -> {
                    for (var i = next.getAndIncrement(); i < blocks.size(); i = next.getAndIncrement()) {
                        model.predict(blocks.get(i));
                    }
                }));
            }
            for (var thread : done) {
                thread.get();
            }
            return rows.count() / ((System.nanoTime() - begin) / 1e9);
        } finally {
            threads.shutdown();
            models.forEach(Model::close);
        }
    }

    private static List<Rows> blocks(Rows rows) {
        var features = rows.schema().size();
        var blocks = new ArrayList<Rows>();
        for (var from = 0; from < rows.count(); from += BatchScoring.BLOCK_SIZE) {
            var count = Math.min(BatchScoring.BLOCK_SIZE, rows.count() - from);
            var values = Arrays.copyOfRange(rows.values(), from * features, (from + count) * features);
            blocks.add(new Rows(rows.schema(), count, values));
        }
        return blocks;
    }

    private void customersWithTransactions(byte[] artifact) throws Exception {
        var organization = Api.organization("ecommerce");
        new GeneratedFeatures(owner, organization).addCustomers(WITH_TRANSACTIONS);
        owner.run(TRANSACTIONS.formatted(organization), "vacuum analyze transactions");
        serve(organization, artifact);
        measureWholeRun(organization);
        measureRequests(organization);
        owner.clear(organization, INPUTS);
    }

    private void measureWholeRun(UUID organization) throws Exception {
        var whole = new double[Size.ROUNDS];
        var scoring = new double[Size.ROUNDS];
        var features = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            owner.clear(organization, "churn_prediction", "customer_feature");
            owner.settle();
            var before = scoringSeconds();
            var begin = System.nanoTime();
            var run = runs.start(organization, PredictionRun.NAME, Instant.now())
                    .chain(runs::follow)
                    .await()
                    .atMost(LIMIT);
            whole[round] = (System.nanoTime() - begin) / 1e9;
            scoring[round] = scoringSeconds() - before;
            features[round] = featureSeconds(run);
            System.out.printf(
                    "whole run: %.1f s, features %.1f s, scoring %.1f s of %d customers%n",
                    whole[round], features[round], scoring[round], owner.count("churn_prediction", organization));
        }
        report.add(Figure.share(
                "Scoring, of a whole run of predictions of %,d customers with %,d transactions"
                        .formatted(WITH_TRANSACTIONS, owner.count("transactions", organization)),
                Size.median(scoring),
                Size.median(whole),
                0.5));
        report.note("Of the whole run of predictions the features took %.1f s; %,d customers were scored."
                .formatted(Size.median(features), owner.count("churn_prediction", organization)));
    }

    private double featureSeconds(Run run) throws SQLException {
        var sql = """
                select extract(epoch from max(p.finished_at) - min(r.started_at))::float8
                from runs r
                join run_partitions p on p.organization_id = r.organization_id and p.run_id = r.id
                where r.id = '%s' and p.step = 0""".formatted(run.id());
        return owner.with(connection -> {
            try (var rows = connection.createStatement().executeQuery(sql)) {
                rows.next();
                return rows.getDouble(1);
            }
        });
    }

    private void measureRequests(UUID organization) throws Exception {
        var customers = predicted(organization);
        var key = Api.key(organization, "viewer");
        var answer = Api.as(key).get("/api/v1/predictions/customers/{id}?kind=churn", customers.get(0));
        assertThat(answer.jsonPath().getString("predictions.churn.model_version"))
                .as(answer.asString())
                .isEqualTo("churn-1");
        var oneByOne = TrainedModels.serve(versions, "max-batch-size", "1", "max-batch-delay", "0s");
        try (var load = new Load()) {
            compare(
                    load,
                    oneByOne,
                    i -> new RequestOptions()
                            .setHost("localhost")
                            .setPort(service.getPort())
                            .setURI("/api/v1/predictions/customers/%s?kind=churn"
                                    .formatted(customers.get(i % customers.size())))
                            .putHeader("X-API-Key", key));
        } finally {
            TrainedModels.stop(oneByOne);
        }
    }

    private void compare(Load load, Inference oneByOne, IntFunction<RequestOptions> request) throws Exception {
        var together = new Series("together", ClientProxy.unwrap(inference));
        var floor = new Series("one by one", oneByOne);
        for (var round = -1; round < Size.ROUNDS; round++) {
            var before = batches();
            floor.measure(round, load, request);
            assertThat(batches()).as("batches of the service's own inference").isEqualTo(before);
            together.measure(round, load, request);
        }
        report.add(Figure.throughput(
                        "Churn predictions over HTTP for 64 connections, together against one by one",
                        "requests",
                        Size.median(together.perSecond),
                        Size.median(floor.perSecond),
                        0)
                .withoutTarget());
        report.add(Figure.latency(
                        "99 of 100 churn predictions over HTTP for 64 connections, together against one by one",
                        Size.median(together.p99),
                        Size.median(floor.p99),
                        0)
                .withoutTarget());
    }

    /** Batches of single customers that the service's own inference has scored. */
    private long batches() {
        return meters.summary("perennial.inference.batch.size").count();
    }

    /** The ids of customers whom a model has something to say of, in no order. */
    private List<String> predicted(UUID organization) throws SQLException {
        var sql = "select customer_id::text from churn_prediction where organization_id = '%s' order by random()"
                .formatted(organization);
        return owner.with(connection -> {
            try (var rows = connection.createStatement().executeQuery(sql)) {
                var ids = new ArrayList<String>();
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
                return ids;
            }
        });
    }

    /** The rounds of the service with one way to infer. */
    private record Series(String name, Inference inference, double[] perSecond, double[] p99) {

        Series(String name, Inference inference) {
            this(name, inference, new double[Size.ROUNDS], new double[Size.ROUNDS]);
        }

        /** Round -1 warms up. */
        void measure(int round, Load load, IntFunction<RequestOptions> request) throws Exception {
            QuarkusMock.installMockForType(inference, Inference.class);
            var outcome = load.run(REQUESTS, request);
            System.out.printf(
                    "predictions over HTTP, %s: %.0f/s, p99 %.1f ms%n", name, outcome.perSecond(), outcome.p99());
            if (round >= 0) {
                perSecond[round] = outcome.perSecond();
                p99[round] = outcome.p99();
            }
        }
    }
}
