package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** Features and segments of a large organization, against the least SQL that reads and writes as much. */
@ServiceTest
@Tag("bench")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SegmentationBenchmark {

    private static final String AS_OF = "2026-01-01T00:00:00Z";
    private static final String[] INPUTS = {"transactions", "customers"};
    private static final String[] RESULTS = {"customer_feature", "segment_assignments", "segment_history"};

    /** Seconds in which a million customers have to be segmented, whatever the floor takes. */
    private static final int LIMIT = 120;

    static final String CUSTOMERS = """
            insert into customers (organization_id, customer_id, external_id, created_at, updated_at)
            select ':organization', md5(':organization' || n)::uuid as customer_id, 'C' || n, now(), now()
            from generate_series(1, :customers) n
            order by customer_id""";

    /** From 1 to 19 transactions a customer over the last year, ten on average. */
    static final String TRANSACTIONS = """
            insert into transactions (
                organization_id, customer_id, transaction_key, occurred_at, amount, status, discount)
            select organization_id, customer_id, gen_random_uuid(),
                ':as_of'::timestamptz - random() * interval '365 days' as occurred_at,
                round((5 + 200 * random() * random())::numeric, 2),
                (case when luck < 0.03 then 'failed' when luck < 0.05 then 'refunded' else 'completed' end)
                    ::transaction_status,
                case when luck > 0.8 then 1.5 end
            from (
                select c.*, random() as luck
                from (select * from customers where organization_id = ':organization' order by customer_id) c
                cross join lateral generate_series(0, abs(hashtext(c.external_id)) % 19)
            ) bought
            order by :order""";

    /** What the features are for customers who have transactions and no events. */
    static final String FLOOR_FEATURES = """
            insert into customer_feature
            select organization_id, customer_id, ':as_of', ':organization',
                date_part('epoch', ':as_of' - coalesce(last_at, first_seen_at)) / 86400, frequency, monetary,
                engagement, date_part('epoch', ':as_of' - first_seen_at) / 86400, monetary / nullif(frequency, 0),
                date_part('epoch', last_at - first_at) / 86400 / nullif(frequency - 1, 0),
                coalesce((amount_30 - amount_previous_30) / nullif(greatest(amount_30, amount_previous_30), 0), 0),
                n_30, n_previous_30, n_90, amount_30, amount_previous_30, amount_90, discounted, refunds, failed_90,
                0, 0, 0, 0, 0, 0, 0, 0, 0, null
            from (
                select organization_id, customer_id,
                    min(occurred_at) as first_seen_at,
                    min(occurred_at) filter (where status = 'completed') as first_at,
                    max(occurred_at) filter (where status = 'completed') as last_at,
                    count(*) filter (where status = 'completed') as frequency,
                    coalesce(sum(amount) filter (where status = 'completed'), 0) as monetary,
                    count(*) filter (where status = 'completed' and occurred_at > :last_30) as n_30,
                    count(*) filter (where status = 'completed' and occurred_at > :last_60
                        and occurred_at <= :last_30) as n_previous_30,
                    count(*) filter (where status = 'completed' and occurred_at > :last_90) as n_90,
                    coalesce(sum(amount) filter (where status = 'completed' and occurred_at > :last_30), 0) as amount_30,
                    coalesce(sum(amount) filter (where status = 'completed' and occurred_at > :last_60
                        and occurred_at <= :last_30), 0) as amount_previous_30,
                    coalesce(sum(amount) filter (where status = 'completed' and occurred_at > :last_90), 0) as amount_90,
                    count(*) filter (where status = 'completed' and discount > 0) as discounted,
                    count(*) filter (where status = 'refunded') as refunds,
                    count(*) filter (where status = 'failed' and occurred_at > :last_90) as failed_90,
                    coalesce(3 * sum(power(2, date_part('epoch', occurred_at - ':as_of') / 2592000))
                        filter (where status = 'completed' and occurred_at > :last_90), 0) as engagement
                from transactions
                where organization_id = ':organization' and occurred_at <= ':as_of'
                group by organization_id, customer_id
            ) purchased""".replaceAll(":last_(\\d0)", "timestamptz ':as_of' - interval '$1 days'");

    private static final String FLOOR_SEGMENTS = """
            insert into segment_assignments
            select organization_id, customer_id, 'Champions', 50, 50, 50, 50, 50, 0.5, 'floor', run_id, as_of, as_of, as_of
            from customer_feature
            where organization_id = ':organization'""";

    private static final Report REPORT = new Report("Segmentation", """
            Ours is one request to `segment`: features, breakpoints and segments of every customer. The floor is two statements
            by hand, one that groups the transactions by customer into `customer_feature`, and one that writes a constant segment
            for each of them, in one session with the settings of a run.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    private Owner owner;

    @BeforeEach
    void prepare() {
        owner = new Owner(source);
    }

    @Test
    @Order(1)
    void transactionsInTheOrderOfCustomers() throws SQLException {
        var figure = measure("customer_id");
        REPORT.add(figure);
        REPORT.write(owner);
    }

    /** What a system that has taken them in day by day looks like: a customer's rows are all over the table. */
    @Test
    @Order(2)
    void transactionsInTheOrderOfTime() throws SQLException {
        REPORT.add(measure("occurred_at").withoutTarget());
        REPORT.write(owner);
    }

    private Figure measure(String order) throws SQLException {
        var organization = Api.organization("ecommerce");
        load(organization, order);
        var ours = new double[Size.ROUNDS];
        var floor = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            floor[round] = floor(organization);
            ours[round] = segment(organization);
            System.out.printf("segmentation by %s: ours %.2f s, floor %.2f s%n", order, ours[round], floor[round]);
        }
        var transactions = owner.count("transactions", organization);
        owner.clear(organization, INPUTS);
        if (Size.median(ours) > LIMIT) {
            REPORT.note("Segmentation took longer than %d s.".formatted(LIMIT));
        }
        return Figure.duration(
                "Features and segments of %,d customers with %,d transactions, stored by %s"
                        .formatted(Size.CUSTOMERS, transactions, order),
                Size.median(ours),
                Size.median(floor),
                1.5);
    }

    private void load(UUID organization, String order) throws SQLException {
        var begin = System.nanoTime();
        owner.run(
                about(organization, CUSTOMERS.replace(":customers", String.valueOf(Size.CUSTOMERS))),
                "analyze customers",
                about(organization, TRANSACTIONS.replace(":order", order)),
                "vacuum analyze customers",
                "vacuum analyze transactions");
        System.out.printf("segmentation by %s: loaded in %.0f s%n", order, (System.nanoTime() - begin) / 1e9);
    }

    private static String about(UUID organization, String sql) {
        return sql.replace(":organization", organization.toString()).replace(":as_of", AS_OF);
    }

    /** Seconds that the request takes, from no results to all. */
    private double segment(UUID organization) throws SQLException {
        owner.settle();

        var begin = System.nanoTime();
        var response = Api.segment(organization, AS_OF);
        var seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
        clearResults(organization);
        return seconds;
    }

    /** Seconds that the two statements take, from no results to all. */
    private double floor(UUID organization) throws SQLException {
        owner.settle();
        return owner.with(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("set jit = off");
                statement.execute("set work_mem = '64MB'");

                var begin = System.nanoTime();
                statement.execute(about(organization, FLOOR_FEATURES));
                statement.execute(about(organization, FLOOR_SEGMENTS));
                var seconds = (System.nanoTime() - begin) / 1e9;

                statement.execute("reset jit");
                statement.execute("reset work_mem");
                clearResults(organization);
                return seconds;
            }
        });
    }

    private void clearResults(UUID organization) throws SQLException {
        assertThat(owner.count("customer_feature", organization)).isEqualTo(Size.CUSTOMERS);
        assertThat(owner.count("segment_assignments", organization)).isEqualTo(Size.CUSTOMERS);
        owner.clear(organization, RESULTS);
    }
}
