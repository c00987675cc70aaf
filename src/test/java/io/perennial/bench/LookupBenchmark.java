package io.perennial.bench;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.vertx.core.http.RequestOptions;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.inject.Inject;
import java.net.URI;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.platform.DatabaseConfig;
import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Reads of a customer's segment, against a bare route that reads the same row. */
@ServiceTest
@Tag("bench")
class LookupBenchmark {

    private static final int CUSTOMERS = 100_000;
    private static final String[] TABLES = {"customers", "segment_assignments"};

    private static final String ROWS = """
            with made as (
                insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
                select '%1$s', md5('%1$s' || n)::uuid, 'C' || n, now(), now()
                from generate_series(0, %2$d) n
                returning organization_id, customer_id
            )
            insert into segment_assignments
            select organization_id, customer_id, 'Champions', 87.45, 90.1, 80.2, 70.3, 60.4, 0.05, 'rules-1',
                organization_id, now(), now(), now()
            from made""";

    private final Report report = new Report("Segment of a customer", """
            Ours is the endpoint with a viewer's key. The floor is a bare Vert.x route in the same process that answers with the
            row, read by its primary key with a prepared statement by the owner of the table, past row-level security. The isolated
            route does it as the service does: as the service's role and after `set local`, in a transaction whose statements travel
            together.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    @Inject
    DatabaseConfig database;

    @ConfigProperty(name = "quarkus.datasource.reactive.max-size")
    int connections;

    @TestHTTPResource
    URI service;

    @Test
    void segmentOfACustomer() throws Exception {
        var owner = new Owner(source);
        var organization = Api.organization("ecommerce");
        owner.run(ROWS.formatted(organization, CUSTOMERS - 1), "vacuum analyze customers, segment_assignments");
        owner.settle();
        try (var bare = bare(organization, false, database.user(), database.password());
                var isolated = bare(organization, true, database.serviceUser(), database.servicePassword());
                var load = new Load()) {
            var customers = customers(owner, organization);
            var key = Api.key(organization, "viewer");
            compare(
                    load,
                    i -> at(
                                    service.getPort(),
                                    "/api/v1/segmentation/customers/" + customers.get(i % CUSTOMERS) + "/segment")
                            .putHeader("X-API-Key", key),
                    i -> at(bare.port(), "/" + customers.get(i % CUSTOMERS)),
                    i -> at(isolated.port(), "/" + customers.get(i % CUSTOMERS)));
        }
        owner.clear(organization, TABLES);
        report.write(owner);
    }

    private BareServer bare(UUID organization, boolean isolated, String user, String password) throws Exception {
        var options = PgConnectOptions.fromUri(database.url()).setUser(user).setPassword(password);
        return new BareServer(options, connections, new BareLookups(organization, isolated));
    }

    private static RequestOptions at(int port, String path) {
        return new RequestOptions().setHost("localhost").setPort(port).setURI(path);
    }

    /** The ids of all customers, in no order. */
    private static List<String> customers(Owner owner, UUID organization) throws SQLException {
        var sql = "select customer_id::text from customers where organization_id = '%s' order by random()"
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

    private void compare(
            Load load,
            IntFunction<RequestOptions> oursRequest,
            IntFunction<RequestOptions> bareRequest,
            IntFunction<RequestOptions> isolatedRequest)
            throws Exception {
        var ours = new Series("ours", load, oursRequest);
        var bare = new Series("bare", load, bareRequest);
        var isolated = new Series("isolated", load, isolatedRequest);
        for (var round = 0; round < Size.ROUNDS; round++) {
            for (var series : new Series[] {bare, ours, isolated}) {
                series.measure(round);
            }
        }
        report.add(Figure.throughput(
                "Segment of a customer over HTTP", "requests", ours.perSecond(), bare.perSecond(), 0.6));
        report.add(Figure.throughput(
                        "Bare route with isolation, against the one without",
                        "requests",
                        isolated.perSecond(),
                        bare.perSecond(),
                        0)
                .withoutTarget());
        report.note(
                "99 of 100 answers with the segment of a customer came within %.1f ms (floor %.1f ms, isolated %.1f ms)."
                        .formatted(ours.p99(), bare.p99(), isolated.p99()));
    }

    /** The rounds of one kind of request. */
    private static final class Series {

        private final String name;
        private final Load load;
        private final IntFunction<RequestOptions> request;
        private final double[] perSecond = new double[Size.ROUNDS];
        private final double[] p99 = new double[Size.ROUNDS];

        /** Warms the path up. */
        Series(String name, Load load, IntFunction<RequestOptions> request) throws Exception {
            this.name = name;
            this.load = load;
            this.request = request;
            load.run(Size.REQUESTS, request);
        }

        void measure(int round) throws Exception {
            var outcome = load.run(Size.REQUESTS, request);
            perSecond[round] = outcome.perSecond();
            p99[round] = outcome.p99();
            System.out.printf("lookup, %s: %.0f/s, p99 %.1f ms%n", name, outcome.perSecond(), outcome.p99());
        }

        double perSecond() {
            return Size.median(perSecond);
        }

        double p99() {
            return Size.median(p99);
        }
    }
}
