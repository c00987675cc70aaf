package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.http.RequestOptions;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.inject.Inject;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.models.Engine;
import io.perennial.models.ModelFeature;
import io.perennial.platform.DatabaseConfig;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Decisions for one customer at a time, by popularity and by a model, against a bare route that reads a row and writes one. */
@ServiceTest
@Tag("bench")
class OfferBenchmark {

    private static final int CUSTOMERS = Math.min(Size.CUSTOMERS, 100_000);
    private static final int REQUESTS = Size.REQUESTS / 4;

    /** Requests before anything is measured, the same number of each: by then the code is compiled for good. */
    private static final int WARM_UP = 2 * Size.REQUESTS;

    private static final int PER_SECOND = 500;
    private static final double P99 = 25;
    private static final String[] TABLES = {"customers", "customer_feature", "offer_decisions"};

    /** Those who have bought often like offer 3, the others offer 1. */
    private static final String DECISIONS = """
            with picked as (
                select f.customer_id, (array[1, 3, 4])[1 + floor(3 * random())::integer] as offer_id,
                    array[%s]::float4[] as features, f.frequency, row_number() over () as n
                from customer_feature f
                where organization_id = '%s'
                limit 6000
            )
            insert into offer_decisions (organization_id, customer_id, decision_id, decided_at, policy, policy_version,
                offer_id, held_out, explored, propensity, eligible, probabilities, propensities, features, feature_schema,
                value, cost, outcome)
            select '%2$s', customer_id, gen_random_uuid(), now() - interval '1 second' * (10000 - n), 'popularity',
                'popularity-1', offer_id, false, true, 1 / 3.0, '{1,3,4}', '{0.1,0.1,0.1}',
                array[1 / 3.0, 1 / 3.0, 1 / 3.0], features, %d, 100, 8,
                case when random() < case when offer_id = 4 then 0.2 when (offer_id = 3) = (frequency > 8) then 0.4
                    else 0.1 end then 'accepted' else 'declined' end
            from picked""";

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @Inject
    DatabaseConfig database;

    @Inject
    Engine engine;

    @ConfigProperty(name = "quarkus.datasource.reactive.max-size")
    int connections;

    @TestHTTPResource
    URI service;

    private final List<String> rows = new ArrayList<>();

    @Test
    void nextBestOffers() throws Exception {
        engine.whenReady().await().atMost(Duration.ofMinutes(2));
        var owner = new Owner(source);
        var organization = Api.organization("ecommerce");
        var features = new GeneratedFeatures(owner, organization);
        features.addCustomers(CUSTOMERS);
        features.add(CUSTOMERS, UUID.randomUUID());
        owner.run("vacuum analyze customers, customer_feature");
        owner.settle();
        var customers = customers(owner, organization);
        var key = Api.key(organization, "operator");
        var options = PgConnectOptions.fromUri(database.url())
                .setUser(database.user())
                .setPassword(database.password());
        IntFunction<RequestOptions> ours = i -> at(
                        service.getPort(),
                        "/api/v1/customers/" + customers.get(i % customers.size()) + "/next-best-offer")
                .putHeader("X-API-Key", key);
        try (var bare = new BareServer(options, connections, new BareDecisions(organization));
                var load = new Load()) {
            measure(load, "bare", i -> at(bare.port(), "/" + customers.get(i % customers.size())));
            measure(load, "popularity", ours);
            train(owner, organization);
            measure(load, "model", ours);
        }
        owner.clear(organization, TABLES);
        new Report("Next best offer online", """
                Decisions for one of %,d customers at a time over HTTP: customer, features and eligibility by one statement,
                the probability of each eligible offer, the decision logged. The floor is a bare route that reads a row by its
                key and writes a decision. After %,d requests of each that are not counted, first 64 connections as fast as
                the answers come, then %d requests a second whether the service keeps up or not, each timed from when it was
                due; the target is a p99 of at most %.0f ms at that pace.

                | What | As fast as it goes | p50 at %3$d a second | p99 |
                |---|---|---|---|
                %s
                """.formatted(
                                CUSTOMERS, WARM_UP, PER_SECOND, P99, String.join("\n", rows)))
                .write(owner);
    }

    private void measure(Load load, String name, IntFunction<RequestOptions> request) throws Exception {
        load.run(WARM_UP, request);
        var fast = new double[Size.ROUNDS];
        var p50 = new double[Size.ROUNDS];
        var p99 = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            fast[round] = load.run(REQUESTS, request).perSecond();
            var paced = load.paced(REQUESTS, PER_SECOND, request);
            p50[round] = paced.p50();
            p99[round] = paced.p99();
            System.out.printf(
                    "next best offer, %s: %.0f/s; at %d/s p50 %.1f ms, p99 %.1f ms%n",
                    name, fast[round], PER_SECOND, p50[round], p99[round]);
        }
        rows.add("| %s | %,.0f/s | %.1f ms | %.1f ms |"
                .formatted(name, Size.median(fast), Size.median(p50), Size.median(p99)));
    }

    private static void train(Owner owner, UUID organization) throws Exception {
        owner.run(
                "delete from offer_decisions where organization_id = '%s'".formatted(organization),
                DECISIONS.formatted(
                        ModelFeature.ALL.stream().map(ModelFeature::sql).collect(Collectors.joining(", ")),
                        organization,
                        ModelFeature.ALL.stream()
                                .map(ModelFeature::name)
                                .toList()
                                .hashCode()),
                "vacuum analyze offer_decisions");
        var run = Api.awaitRun(Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/train", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        assertThat(run.getString("totals.version")).as(run.prettify()).isEqualTo("nbo-1");
        Api.asAdmin()
                .post("/api/v1/offers/organizations/{org_id}/models/1/activate", organization)
                .then()
                .statusCode(200);
    }

    private static RequestOptions at(int port, String path) {
        return new RequestOptions().setHost("localhost").setPort(port).setURI(path);
    }

    private static List<String> customers(Owner owner, UUID organization) throws SQLException {
        var sql = "select customer_id::text from customers where organization_id = '%s' order by random()"
                .formatted(organization);
        return owner.with(connection -> {
            try (var found = connection.createStatement().executeQuery(sql)) {
                var ids = new ArrayList<String>();
                while (found.next()) {
                    ids.add(found.getString(1));
                }
                return ids;
            }
        });
    }
}
