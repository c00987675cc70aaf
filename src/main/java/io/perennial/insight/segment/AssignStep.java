package io.perennial.insight.segment;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.models.ChurnRules;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Puts a range of customers into their segments, and what they leave behind into the history. */
@ApplicationScoped
class AssignStep implements RunStep {

    private static final String ASSIGN = """
            with scored as (
                select f.customer_id,
                    ($7::real[])[greatest(width_bucket(f.recency_days, $6::float8[]), 1)] as r,
                    ($9::real[])[greatest(width_bucket(f.frequency::float8, $8::float8[]), 1)] as f,
                    ($11::real[])[greatest(width_bucket(f.monetary::float8, $10::float8[]), 1)] as m,
                    ($13::real[])[greatest(width_bucket(f.engagement, $12::float8[]), 1)] as e,
                    round(coalesce(p.churn_probability, (%1$s)::numeric), 6) as churn_probability,
                    coalesce(p.model_version, '%2$s') as model_version
                from customer_feature f
                left join churn_prediction p on p.organization_id = f.organization_id and p.customer_id = f.customer_id
                where f.organization_id = $1 and f.customer_id between $2 and $3 and f.run_id = $4
            ), assigned as materialized (
                select *,
                    ($14::text[])[1 + ($15::smallint[])[1
                        + (((%3$s * 3 + %4$s) * 3 + %5$s) * 3 + %6$s) * 4 + %7$s]] as segment,
                    round((0.7 * (r + f + m + e) / 4 + 0.3 * 100 * (1 - churn_probability))::numeric, 2) as segment_score
                from scored
            ), moved as (
                insert into segment_history (
                    organization_id, customer_id, left_at, entered_at, segment, segment_score, next_segment, left_in_run)
                select $1, before.customer_id, $16, before.entered_at, before.segment, before.segment_score,
                    assigned.segment, $4
                from segment_assignments before
                join assigned on assigned.customer_id = before.customer_id
                where before.organization_id = $1 and before.customer_id between $2 and $3
                    and before.segment <> assigned.segment
            )
            insert into segment_assignments as known (
                organization_id, customer_id, segment, segment_score, recency_score, frequency_score, monetary_score,
                engagement_score, churn_probability, model_version, run_id, as_of, assigned_at, entered_at)
            select $1, customer_id, segment, segment_score, r, f, m, e, churn_probability, model_version, $4, $5, $16, $16
            from assigned
            on conflict (organization_id, customer_id) do update
            set segment = excluded.segment, segment_score = excluded.segment_score, recency_score = excluded.recency_score,
                frequency_score = excluded.frequency_score, monetary_score = excluded.monetary_score,
                engagement_score = excluded.engagement_score, churn_probability = excluded.churn_probability,
                model_version = excluded.model_version, run_id = excluded.run_id, as_of = excluded.as_of,
                assigned_at = excluded.assigned_at,
                entered_at = case when known.segment = excluded.segment then known.entered_at else excluded.entered_at end""".formatted(
                    ChurnRules.probability("f", "(select churn_horizon_days from organizations where id = $1)"),
                    ChurnRules.VERSION,
                    Category.sql("r"),
                    Category.sql("f"),
                    Category.sql("m"),
                    Category.sql("e"),
                    riskLevel());

    private static final String RELEASE = """
            with gone as (
                delete from segment_assignments
                where organization_id = $1 and customer_id between $2 and $3 and run_id <> $4
                returning *
            )
            insert into segment_history (
                organization_id, customer_id, left_at, entered_at, segment, segment_score, next_segment, left_in_run)
            select organization_id, customer_id, $5, entered_at, segment, segment_score, null, $4
            from gone""";

    private static final String[] LABELS =
            Arrays.stream(Segment.values()).map(Segment::label).toArray(String[]::new);

    private final Clock clock;

    AssignStep(Clock clock) {
        this.clock = clock;
    }

    /** The ordinal of a {@link ChurnRiskLevel}. */
    private static String riskLevel() {
        return "width_bucket(churn_probability, array[%s, %s, %s])"
                .formatted(ChurnRiskLevel.MEDIUM.from(), ChurnRiskLevel.HIGH.from(), ChurnRiskLevel.CRITICAL.from());
    }

    @Override
    public String name() {
        return "assign";
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
        var breakpoints = part.results().getJsonObject(BreakpointStep.NAME);
        var parameters = io.vertx.sqlclient.Tuple.of(
                part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId(), part.asOf());
        for (var metric : BreakpointStep.METRICS) {
            parameters.addArrayOfDouble(BreakpointStep.thresholds(breakpoints, metric));
            parameters.addArrayOfFloat(BreakpointStep.scores(breakpoints, metric));
        }
        parameters.addArrayOfString(LABELS);
        parameters.addArrayOfShort(SegmentTree.truthTable());
        parameters.addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC));
        return Tuple.newInstance(parameters);
    }

    /** Customers who were not there yet as of the run leave their segments for none. */
    private Uni<Void> release(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(RELEASE)
                .execute(Tuple.of(
                        part.organization(),
                        part.firstCustomer(),
                        part.lastCustomer(),
                        part.runId(),
                        clock.instant().atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }
}
