package io.perennial.models.lifetime;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Predicts what the customers of a range will spend in the 365 days after the instant of the run, with the parameters that
 * {@link FitLifetimeStep} found. Where that found none nothing is predicted. Customers without a purchase have no
 * prediction, and lose one that they had.
 */
@ApplicationScoped
public class LifetimeValueStep implements RunStep {

    static final String NAME = "lifetime_value";

    private static final int BLOCK = 5_000;

    /** What is known already is not written again. */
    private static final String WRITE = """
            insert into customer_prediction as known (
                organization_id, customer_id, kind, value, model_version, predicted_at)
            select $1, predicted.customer_id, $2, predicted.value, $3, $4
            from unnest($5::uuid[], $6::float8[]) as predicted (customer_id, value)
            on conflict (organization_id, customer_id, kind) do update
            set value = excluded.value, choices = null, model_version = excluded.model_version,
                predicted_at = excluded.predicted_at
            where (known.value, known.model_version) is distinct from (excluded.value, excluded.model_version)""";

    private static final String FORGET = """
            delete from customer_prediction known
            where organization_id = $1 and customer_id between $2 and $3 and kind = $4 and model_version = $5
                and not ($6 and exists (
                    select from transactions t
                    where t.organization_id = $1 and t.customer_id between $2 and $3
                        and t.customer_id = known.customer_id and t.occurred_at <= $7 and t.status = 'completed'))""";

    private final Clock clock;

    LifetimeValueStep(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return NAME;
    }

    /** What is expected of the customers together; the result of a part, and what the totals of a run add up. */
    private record Expectation(long customers, double transactions, double value) {

        private static final Expectation NONE = new Expectation(0, 0, 0);

        Expectation and(Expectation other) {
            return new Expectation(customers + other.customers, transactions + other.transactions, value + other.value);
        }

        JsonObject toJson() {
            return new JsonObject()
                    .put("customers", customers)
                    .put("expected_transactions", transactions)
                    .put("expected_value", value);
        }
    }

    /** The predictions for some customers. */
    private record Block(UUID[] customers, Double[] values, Expectation expectation) {}

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var model = LifetimeModel.of(part.results().getJsonObject(FitLifetimeStep.NAME));
        return forget(connection, part, model.isPresent())
                .chain(() -> predict(connection, part, model))
                .map(Expectation::toJson);
    }

    private static Uni<Void> forget(SqlConnection connection, RunPart part, boolean unlessPurchased) {
        return connection
                .preparedQuery(FORGET)
                .execute(Tuple.tuple()
                        .addUUID(part.organization())
                        .addUUID(part.firstCustomer())
                        .addUUID(part.lastCustomer())
                        .addString(LifetimeModel.KIND)
                        .addString(LifetimeModel.VERSION)
                        .addBoolean(unlessPurchased)
                        .addOffsetDateTime(part.asOf()))
                .replaceWithVoid();
    }

    private Uni<Expectation> predict(SqlConnection connection, RunPart part, Optional<LifetimeModel> model) {
        if (model.isEmpty()) {
            return Uni.createFrom().item(Expectation.NONE);
        }
        var forecast = new LifetimeForecast(model.get());
        return Blocks.read(
                        connection,
                        LifetimeSql.CUSTOMERS,
                        Tuple.of(part.organization(), part.firstCustomer(), part.lastCustomer(), part.asOf()),
                        BLOCK)
                .onItem()
                .transformToUniAndConcatenate(rows -> Uni.createFrom()
                        .item(() -> compute(forecast, rows))
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                        .chain(block -> write(connection, part, block)))
                .collect()
                .with(Collectors.reducing(Expectation.NONE, Expectation::and));
    }

    private static Block compute(LifetimeForecast forecast, RowSet<Row> rows) {
        var customers = new ArrayList<UUID>(rows.size());
        var values = new ArrayList<Double>(rows.size());
        var transactions = 0.0;
        var sum = 0.0;
        for (var row : rows) {
            var frequency = row.getInteger("frequency");
            var meanValue = row.getDouble("mean_value");
            var expected = forecast.transactions(frequency, row.getInteger("recency_days"), row.getInteger("age_days"));
            var value = rounded(expected * forecast.spend(frequency, meanValue == null ? 0 : meanValue));
            customers.add(row.getUUID("customer_id"));
            values.add(value);
            transactions += expected;
            sum += value;
        }
        return new Block(
                customers.toArray(UUID[]::new),
                values.toArray(Double[]::new),
                new Expectation(rows.size(), transactions, sum));
    }

    /** To as many decimals as amounts are kept with. */
    private static double rounded(double value) {
        return Math.rint(value * 1e4) / 1e4;
    }

    private Uni<Expectation> write(SqlConnection connection, RunPart part, Block block) {
        return connection
                .preparedQuery(WRITE)
                .execute(Tuple.tuple()
                        .addUUID(part.organization())
                        .addString(LifetimeModel.KIND)
                        .addString(LifetimeModel.VERSION)
                        .addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC))
                        .addArrayOfUUID(block.customers())
                        .addArrayOfDouble(block.values()))
                .replaceWith(block.expectation());
    }

    /**
     * What came out of the step in a run: customers, expected transactions and value, and under {@code model} what {@link
     * FitLifetimeStep} found.
     */
    public static Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("""
                        select coalesce(sum((result ->> 'customers')::bigint), 0)::bigint as customers,
                            coalesce(sum((result ->> 'expected_transactions')::numeric), 0)::numeric(30, 2)
                                as expected_transactions,
                            coalesce(sum((result ->> 'expected_value')::numeric), 0)::numeric(30, 2) as expected_value
                        from run_partitions
                        where organization_id = $1 and run_id = $2 and jsonb_exists(result, 'expected_value')""")
                .execute(Tuple.of(part.organization(), part.runId()))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return new JsonObject()
                            .put("customers", row.getLong("customers"))
                            .put("expected_transactions", row.getBigDecimal("expected_transactions"))
                            .put("expected_value", row.getBigDecimal("expected_value"))
                            .put("model_version", LifetimeModel.VERSION)
                            .put("model", part.results().getJsonObject(FitLifetimeStep.NAME));
                });
    }
}
