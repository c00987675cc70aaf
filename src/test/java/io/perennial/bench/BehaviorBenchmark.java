package io.perennial.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.quarkus.agroal.DataSource;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

/** The behavior of the customers of a large organization, against the least SQL that reads and writes as many rows. */
@ServiceTest
@Tag("bench")
class BehaviorBenchmark {

    private static final String AS_OF = "2026-01-01T00:00:00Z";
    private static final String[] INPUTS = {"events", "transactions", "customers"};
    private static final String[] RESULTS = {"behavior_analysis", "behavior_history"};

    /** A tenth of the customers that are segmented, with ten events each and two transactions. */
    private static final int CUSTOMERS = Size.CUSTOMERS / 10;

    private static final String LOAD_CUSTOMERS = """
            insert into customers (
                organization_id, customer_id, external_id, registered_at, first_event_at, created_at, updated_at)
            select ':organization', md5(':organization' || n)::uuid as customer_id, 'C' || n,
                ':as_of'::timestamptz - interval '1 year', ':as_of'::timestamptz - interval '90 days', now(), now()
            from generate_series(1, :customers) n
            order by customer_id""";

    private static final String PARTITIONS = """
            select ensure_event_partition((':as_of'::timestamptz - n * interval '1 month')::date)
            from generate_series(0, 3) n""";

    /** Of the last 60 days, which is what an analysis looks at, in the order of time as a running system takes them in. */
    private static final String LOAD_EVENTS = """
            insert into events (organization_id, customer_id, occurred_at, event_key, event_type, value)
            select ':organization', customer_id, ':as_of'::timestamptz - random() * interval '60 days' as occurred_at,
                gen_random_uuid(), (array[:types])[1 + floor(random() * 8)::integer], round((200 * random())::numeric, 2)
            from customers
            cross join lateral generate_series(1, 10)
            where organization_id = ':organization'
            order by occurred_at""";

    private static final String LOAD_TRANSACTIONS = """
            insert into transactions (
                organization_id, customer_id, transaction_key, occurred_at, amount, status, discount, category)
            select ':organization', customer_id, gen_random_uuid(),
                ':as_of'::timestamptz - random() * interval '120 days' as occurred_at,
                round((5 + 200 * random())::numeric, 2), 'completed', case when random() > 0.8 then 1.5 end,
                (array['cards', 'savings', 'insurance'])[1 + floor(random() * 3)::integer]
            from customers
            cross join lateral generate_series(1, 2)
            where organization_id = ':organization'
            order by occurred_at""";

    private static final String READ = """
            select a.customer_id, a.n, a.aggregate, b.n as bought
            from (
                select customer_id, count(*) as n, max(occurred_at), :aggregate as aggregate
                from events
                where organization_id = ':organization' and occurred_at > timestamptz ':as_of' - interval '60 days'
                    and occurred_at <= ':as_of'
                group by customer_id
            ) a
            left join (
                select customer_id, count(*) as n
                from transactions
                where organization_id = ':organization' and occurred_at <= ':as_of'
                group by customer_id
            ) b on b.customer_id = a.customer_id""";

    private static final String WRITE = """
            with read as materialized (
                :read_again
            ), remembered as (
                insert into behavior_history (
                    organization_id, customer_id, as_of, run_id, analyzed_at, behavior_score, activity_trend, value_trend,
                    engagement_trend, risk_signals)
                select ':organization', customer_id, ':as_of', ':organization', now(), 50, 'stable', 'stable', 'stable',
                    '["login_frequency_decline"]'
                from read
            )
            insert into behavior_analysis (
                organization_id, customer_id, org_type, behavior_score, activity_trend, value_trend, engagement_trend,
                risk_signals, recommendations, metrics, run_id, as_of, analyzed_at)
            select ':organization', customer_id, 'banking', 50, 'stable', 'stable', 'stable', '["login_frequency_decline"]',
                '["Send re-engagement email highlighting new mobile app features"]',
                :metrics::float8[], ':organization', ':as_of', now()
            from read""";

    private static final Report REPORT = new Report("Behavior", """
            Ours is one request to `analyze-behaviors`, from no results to all. The floor is one statement by hand, in one session
            with the settings of a run, that reads the same rows, counts them by customer and writes constants into both tables for
            each; reading alone is that statement without the writes. It is no floor, because to write a row for each customer into
            two tables takes longer than to read ten events of theirs.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    private Owner owner;
    private UUID organization;

    @BeforeEach
    void prepare() {
        owner = new Owner(source);
    }

    @AfterEach
    void clear() throws SQLException {
        owner.clear(organization, INPUTS);
    }

    @Test
    void behaviorOfBankingCustomers() throws SQLException {
        measure(
                "banking",
                "'login', 'login', 'feature_use', 'balance_check', 'support_ticket', 'email_sent', 'survey', 'call'",
                "count(event_type)");
    }

    /** Their events have values, which no index holds. */
    @Test
    void behaviorOfTelecomCustomers() throws SQLException {
        measure(
                "telecom",
                "'data_session', 'data_session', 'call', 'sms', 'roaming', 'plan_utilization', 'payment_late', 'login'",
                "sum(value)");
    }

    /**
     * Measures an industry.
     *
     * @param types of its events
     * @param aggregate of what the floor reads of events besides the customer and the time
     */
    private void measure(String type, String types, String aggregate) throws SQLException {
        var read = READ.replace(":aggregate", aggregate);
        organization = Api.organization(type);
        load(types);
        var ours = new double[Size.ROUNDS];
        var floor = new double[Size.ROUNDS];
        var reading = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            reading[round] = execute("explain (analyze, timing off) " + read);
            ours[round] = analyze();
            var metrics = metrics();
            clearResults();
            floor[round] = execute(WRITE.replace(":read_again", read).replace(":metrics", metrics));
            clearResults();
            System.out.printf(
                    "behavior of %s: ours %.2f s, floor %.2f s, reading alone %.2f s%n",
                    type, ours[round], floor[round], reading[round]);
        }
        var what = "Behavior of %,d customers (%s) with %,d events and %,d transactions"
                .formatted(
                        CUSTOMERS,
                        type,
                        owner.count("events", organization),
                        owner.count("transactions", organization));
        REPORT.add(Figure.duration(what, Size.median(ours), Size.median(floor), 1.5));
        REPORT.note("%s took %.1f times as long as reading alone, which took %.1f s."
                .formatted(what, Size.median(ours) / Size.median(reading), Size.median(reading)));
        REPORT.write(owner);
    }

    private void load(String types) throws SQLException {
        owner.run(
                about(LOAD_CUSTOMERS.replace(":customers", String.valueOf(CUSTOMERS))),
                about(PARTITIONS),
                "analyze customers",
                about(LOAD_EVENTS.replace(":types", types)),
                about(LOAD_TRANSACTIONS),
                "vacuum analyze customers",
                "vacuum analyze events",
                "vacuum analyze transactions");
    }

    private String about(String sql) {
        return sql.replace(":organization", organization.toString()).replace(":as_of", AS_OF);
    }

    /** Seconds that the request takes, from no results to all. */
    private double analyze() throws SQLException {
        owner.settle();

        var begin = System.nanoTime();
        var response = Api.asAdmin()
                .queryParam("as_of", AS_OF)
                .post("/api/v1/behavior/organizations/{org_id}/analyze-behaviors", organization);
        var seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(response.statusCode()).as(response.asString()).isEqualTo(200);
        assertThat(response.<Integer>path("analyzed")).isEqualTo(CUSTOMERS);
        return seconds;
    }

    /** Of one customer, as long as everybody's. */
    private String metrics() throws SQLException {
        return owner.with(connection -> {
            try (var rows = connection.createStatement().executeQuery(about("""
                            select quote_literal(metrics) from behavior_analysis
                            where organization_id = ':organization' limit 1"""))) {
                rows.next();
                return rows.getString(1);
            }
        });
    }

    /** Seconds that a statement takes in one session with the settings of a run. */
    private double execute(String sql) throws SQLException {
        owner.settle();
        return owner.with(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("set jit = off");
                statement.execute("set work_mem = '64MB'");
                var begin = System.nanoTime();
                statement.execute(about(sql));
                var seconds = (System.nanoTime() - begin) / 1e9;
                statement.execute("reset jit");
                statement.execute("reset work_mem");
                return seconds;
            }
        });
    }

    private void clearResults() throws SQLException {
        assertThat(owner.count("behavior_analysis", organization)).isEqualTo(CUSTOMERS);
        assertThat(owner.count("behavior_history", organization)).isEqualTo(CUSTOMERS);
        owner.clear(organization, RESULTS);
    }
}
