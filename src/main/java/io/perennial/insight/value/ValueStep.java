package io.perennial.insight.value;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;

import io.perennial.insight.segment.BreakpointStep;
import io.perennial.insight.segment.Category;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Gives a range of customers their value scores and segments, and puts what they leave behind into the history. The score is
 * {@code 0.4 × M + 0.6 × percentile of the predicted lifetime value}, M being the percentile of what the customer has spent.
 * Time is that of the runs: a segment is entered and left at the instant of the run that says so, and a run of an earlier
 * instant than the latest one of a customer leaves that customer alone.
 */
@ApplicationScoped
class ValueStep implements RunStep {

    private static final String ASSIGN = """
            with predicted as materialized (
                %s
            ), scored as materialized (
                select customer_id, monetary, predicted_ltv, ltv_model_version,
                    ($8::real[])[greatest(width_bucket(monetary::float8, $7::float8[]), 1)] as monetary_score,
                    ($10::real[])[greatest(width_bucket(predicted_ltv::float8, $9::float8[]), 1)] as ltv_percentile
                from predicted
            ), rated as (
                select *, round((0.4 * monetary_score + 0.6 * ltv_percentile)::numeric, 2) as value_score
                from scored
            ), assigned as materialized (
                select *, ($11::text[])[1 + %s] as value_segment
                from rated
            ), moved as (
                insert into value_history (
                    organization_id, customer_id, exited_at, entered_at, value_segment, value_score, predicted_ltv,
                    next_segment, left_in_run)
                select $1, before.customer_id, $5, before.entered_at, before.value_segment, before.value_score,
                    before.predicted_ltv, assigned.value_segment, $4
                from customer_value before
                join assigned on assigned.customer_id = before.customer_id
                where before.organization_id = $1 and before.customer_id between $2 and $3
                    and before.value_segment <> assigned.value_segment and before.as_of <= $5
            )
            insert into customer_value as known (
                organization_id, customer_id, value_segment, lifetime_value, predicted_ltv, value_score, monetary_score,
                ltv_percentile, ltv_model_version, run_id, as_of, calculated_at, entered_at)
            select $1, customer_id, value_segment, monetary, predicted_ltv, value_score, monetary_score, ltv_percentile,
                ltv_model_version, $4, $5, $6, $5
            from assigned
            on conflict (organization_id, customer_id) do update
            set value_segment = excluded.value_segment, lifetime_value = excluded.lifetime_value,
                predicted_ltv = excluded.predicted_ltv, value_score = excluded.value_score,
                monetary_score = excluded.monetary_score, ltv_percentile = excluded.ltv_percentile,
                ltv_model_version = excluded.ltv_model_version, run_id = excluded.run_id, as_of = excluded.as_of,
                calculated_at = excluded.calculated_at,
                entered_at = case when known.value_segment = excluded.value_segment then known.entered_at
                    else excluded.entered_at end
            where known.as_of <= excluded.as_of""".formatted(PredictedValue.SELECT, Category.sql("value_score"));

    private static final String RELEASE = """
            with gone as (
                delete from customer_value
                where organization_id = $1 and customer_id between $2 and $3 and run_id <> $4 and as_of <= $5
                returning *
            )
            insert into value_history (
                organization_id, customer_id, exited_at, entered_at, value_segment, value_score, predicted_ltv,
                next_segment, left_in_run)
            select organization_id, customer_id, $5, entered_at, value_segment, value_score, predicted_ltv, null, $4
            from gone""";

    private final Clock clock;

    ValueStep(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "value";
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(ASSIGN)
                .execute(parameters(part))
                .chain(() -> release(connection, part))
                .replaceWith((JsonObject) null);
    }

    private Tuple parameters(RunPart part) {
        var features = part.results().getJsonObject(BreakpointStep.NAME);
        var predicted = part.results().getJsonObject(ValueBreakpointStep.NAME);
        return Tuple.newInstance(io.vertx.sqlclient.Tuple.of(
                        part.organization(),
                        part.firstCustomer(),
                        part.lastCustomer(),
                        part.runId(),
                        part.asOf(),
                        clock.instant().atOffset(ZoneOffset.UTC))
                .addArrayOfDouble(BreakpointStep.thresholds(features, "M"))
                .addArrayOfFloat(BreakpointStep.scores(features, "M"))
                .addArrayOfDouble(BreakpointStep.thresholds(predicted, ValueBreakpointStep.METRIC))
                .addArrayOfFloat(BreakpointStep.scores(predicted, ValueBreakpointStep.METRIC))
                .addArrayOfString(ValueSegment.labels()));
    }

    /** Customers who are known no more leave their segments for none. */
    private static Uni<Void> release(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(RELEASE)
                .execute(Tuple.of(
                        part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId(), part.asOf()))
                .replaceWithVoid();
    }
}
