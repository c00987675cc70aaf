package io.perennial.insight.health;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.models.predict.Predictions;
import io.perennial.runs.Run;
import io.perennial.runs.RunPart;
import io.perennial.runs.Runs;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** Scores when asked to: an organization by a run, one customer at once. */
@ApplicationScoped
class Scoring {

    /** What a health score is made of besides what is counted. */
    private static final List<String> PREDICTED = List.of("churn", "ltv");

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Runs runs;
    private final Predictions predictions;
    private final SentimentStep sentiment;
    private final Clock clock;

    Scoring(
            TenantDatabase database,
            Idempotency idempotency,
            Runs runs,
            Predictions predictions,
            SentimentStep sentiment,
            Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.runs = runs;
        this.predictions = predictions;
        this.sentiment = sentiment;
        this.clock = clock;
    }

    /** Starts a run. */
    Uni<Run> organization(UUID organization, Instant asOf, String idempotencyKey) {
        return runs.startOnce(organization, idempotencyKey, HealthRun.NAME, asOf, null);
    }

    /**
     * Scores one customer from what is known now, as a run would: with the breakpoints of the latest run.
     *
     * @return fails when there is no such customer, or they are not there yet
     */
    Uni<CustomerReference> customer(CustomerReference customer, String idempotencyKey) {
        return find(customer)
                .chain(id -> predict(customer.organization(), id)
                        .chain(predicted -> database.transaction(
                                customer.organization(),
                                connection -> connection
                                        .query(TenantDatabase.shareWithoutErasure(customer.organization()))
                                        .execute()
                                        .chain(() -> idempotency.once(
                                                connection,
                                                customer.organization(),
                                                idempotencyKey,
                                                "score customer " + customer.name(),
                                                Object.class,
                                                () -> score(connection, customer, id, predicted)
                                                        .replaceWith(Map.of("customer_id", id)))))))
                .replaceWith(customer);
    }

    /** Before the transaction begins: models are asked over connections of their own. */
    private Uni<List<Predictions.Fresh>> predict(UUID organization, UUID customer) {
        return Multi.createFrom()
                .iterable(PREDICTED)
                .onItem()
                .transformToUniAndConcatenate(kind -> predictions.fresh(organization, kind, customer, clock.instant()))
                .collect()
                .asList();
    }

    private Uni<Void> score(
            SqlConnection connection, CustomerReference customer, UUID id, List<Predictions.Fresh> predicted) {
        return Multi.createFrom()
                .iterable(predicted)
                .onItem()
                .transformToUniAndConcatenate(fresh -> predictions.keep(connection, fresh, clock.instant()))
                .collect()
                .asList()
                .chain(() -> sentiment.work(connection, now(customer.organization(), id)))
                .chain(() -> breakpoints(connection, customer.organization()))
                .chain(breakpoints -> connection
                        .preparedQuery(HealthSql.SCORE_NOW)
                        .execute(HealthSql.parameters(
                                now(customer.organization(), id),
                                breakpoints,
                                clock.instant().atOffset(ZoneOffset.UTC))))
                .invoke(scored -> {
                    if (scored.rowCount() == 0) {
                        throw HealthScores.notScored(customer);
                    }
                })
                .replaceWithVoid();
    }

    /** The database keeps microseconds. */
    private RunPart now(UUID organization, UUID customer) {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
        return new RunPart(organization, null, now, customer, customer, new JsonObject(), new JsonObject());
    }

    private Uni<UUID> find(CustomerReference customer) {
        return database.query(
                        customer.organization(),
                        "select customer_id from customers where organization_id = $1 and customer_id in ($2, $3)",
                        customer.parameters())
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw customer.unknown();
                    }
                    return rows.iterator().next().getUUID(0);
                });
    }

    /** Of the latest run that found some. */
    private static Uni<JsonObject> breakpoints(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery("""
                        select p.result
                        from runs r
                        join run_partitions p on p.organization_id = r.organization_id and p.run_id = r.id
                        where r.organization_id = $1 and r.kind in ('health', 'segmentation') and p.result ? 'E'
                        order by r.started_at desc
                        limit 1""")
                .execute(Tuple.of(organization))
                .map(rows -> rows.size() == 0
                        ? null
                        : (JsonObject) rows.iterator().next().getValue(0));
    }
}
