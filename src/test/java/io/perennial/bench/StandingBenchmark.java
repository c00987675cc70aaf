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

/** The values and the lifecycle stages of the customers of a large organization, against the least SQL that writes as much. */
@ServiceTest
@Tag("bench")
class StandingBenchmark {

    private static final String AS_OF = "2026-01-01T00:00:00Z";
    private static final String[] INPUTS = {"transactions", "customers"};
    private static final String[] RESULTS = {
        "customer_feature", "customer_value", "value_history", "customer_lifecycle", "lifecycle_history"
    };

    /** A tenth of the customers that are segmented, with as many transactions each. */
    private static final int CUSTOMERS = Size.CUSTOMERS / 10;

    private static final String FLOOR_VALUES = """
            insert into customer_value (
                organization_id, customer_id, value_segment, lifetime_value, predicted_ltv, value_score, monetary_score,
                ltv_percentile, ltv_model_version, run_id, as_of, calculated_at, entered_at)
            select organization_id, customer_id, 'medium_value', monetary, monetary, 50, 50, 50, 'floor', run_id, as_of,
                as_of, as_of
            from customer_feature
            where organization_id = ':organization'""";

    private static final String FLOOR_STAGES = """
            insert into customer_lifecycle (
                organization_id, customer_id, stage, reason, churn_probability, model_version, run_id, as_of, calculated_at,
                entered_at)
            select organization_id, customer_id, 'retention', 'steady', 0.5, 'floor', run_id, as_of, as_of, as_of
            from customer_feature
            where organization_id = ':organization'""";

    private final Report report = new Report("Value and lifecycle", """
            Ours is one run `standing`, from its beginning to its end, without a model: features, breakpoints, values and stages of
            every customer, from no results to all. The floor is three statements by hand in one session with the settings of a
            run: the features of the segmentation's floor, a constant value for each customer and a constant stage.
            """);

    @Inject
    @DataSource("owner")
    AgroalDataSource source;

    private Owner owner;
    private UUID organization;

    @BeforeEach
    void prepare() {
        owner = new Owner(source);
        organization = Api.organization("ecommerce");
    }

    @AfterEach
    void clear() throws SQLException {
        owner.clear(organization, INPUTS);
    }

    @Test
    void valuesAndStages() throws Exception {
        load();
        var ours = new double[Size.ROUNDS];
        var floor = new double[Size.ROUNDS];
        for (var round = 0; round < Size.ROUNDS; round++) {
            floor[round] = floor();
            clearResults();
            ours[round] = calculate();
            clearResults();
            System.out.printf("standing: ours %.2f s, floor %.2f s%n", ours[round], floor[round]);
        }
        report.add(Figure.duration(
                "Values and lifecycle stages of %,d customers with %,d transactions"
                        .formatted(CUSTOMERS, owner.count("transactions", organization)),
                Size.median(ours),
                Size.median(floor),
                1.5));
        report.write(owner);
    }

    private void load() throws SQLException {
        owner.run(
                about(SegmentationBenchmark.CUSTOMERS.replace(":customers", String.valueOf(CUSTOMERS))),
                "analyze customers",
                about(SegmentationBenchmark.TRANSACTIONS.replace(":order", "occurred_at")),
                "vacuum analyze customers",
                "vacuum analyze transactions");
    }

    private String about(String sql) {
        return sql.replace(":organization", organization.toString()).replace(":as_of", AS_OF);
    }

    /** Seconds from the beginning of a run to its end, from no results to all. */
    private double calculate() throws SQLException, InterruptedException {
        owner.settle();

        var run = Api.awaitRun(Api.asAdmin()
                .queryParam("as_of", AS_OF)
                .post("/api/v1/value/organizations/{org_id}/calculate", organization)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        assertThat(run.getString("status")).as(run.getString("failure")).isEqualTo("completed");
        assertThat(run.getInt("totals.customers")).isEqualTo(CUSTOMERS);
        return owner.with(connection -> {
            try (var rows = connection
                    .createStatement()
                    .executeQuery("select extract(epoch from finished_at - started_at) from runs where id = '%s'"
                            .formatted(run.getString("id")))) {
                rows.next();
                return rows.getDouble(1);
            }
        });
    }

    /** Seconds that the three statements take, from no results to all. */
    private double floor() throws SQLException {
        owner.settle();
        return owner.with(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("set jit = off");
                statement.execute("set work_mem = '64MB'");

                var begin = System.nanoTime();
                statement.execute(about(SegmentationBenchmark.FLOOR_FEATURES));
                statement.execute(about(FLOOR_VALUES));
                statement.execute(about(FLOOR_STAGES));
                var seconds = (System.nanoTime() - begin) / 1e9;

                statement.execute("reset jit");
                statement.execute("reset work_mem");
                return seconds;
            }
        });
    }

    private void clearResults() throws SQLException {
        assertThat(owner.count("customer_value", organization)).isEqualTo(CUSTOMERS);
        assertThat(owner.count("customer_lifecycle", organization)).isEqualTo(CUSTOMERS);
        owner.clear(organization, RESULTS);
    }
}
