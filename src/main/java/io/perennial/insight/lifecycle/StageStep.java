package io.perennial.insight.lifecycle;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;

import io.perennial.models.Cancellations;
import io.perennial.models.ChurnRules;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Puts a range of customers into their lifecycle stages, and what they leave behind into the history. Time is that of the
 * runs: a stage is entered and left at the instant of the run that says so. A run of an earlier instant than the latest one
 * of a customer leaves that customer alone, so that a history never runs backwards.
 */
@ApplicationScoped
public class StageStep implements RunStep {

    /** The kind of run that it is a step of. */
    public static final String RUN = "standing";

    private static final String ASSIGN = """
            with organization as (
                select churn_horizon_days from organizations where id = $1
            ), goodbye as (
                select customer_id, date_part('epoch', $5 - max(occurred_at)) / 86400 as cancelled_days
                from events
                where organization_id = $1 and customer_id between $2 and $3 and occurred_at <= $5
                    and event_type in %1$s
                group by customer_id
            ), facts as (
                select f.customer_id, f.frequency, f.monetary, f.amount_30d, f.amount_previous_30d, f.events_30d,
                    f.events_previous_30d, o.churn_horizon_days,
                    f.recency_days + coalesce(f.inter_purchase_gap_days, 0) * greatest(f.frequency - 1, 0)
                        as days_since_first_purchase,
                    case when f.frequency = 0 or g.cancelled_days <= f.recency_days then g.cancelled_days end
                        as cancelled_days,
                    case when f.frequency > 0 and f.recency_days > o.churn_horizon_days then f.recency_days end as away_days,
                    round(coalesce(p.churn_probability, (%2$s)::numeric), 6) as churn_probability,
                    coalesce(p.model_version, '%3$s') as model_version
                from customer_feature f
                cross join organization o
                left join goodbye g on g.customer_id = f.customer_id
                left join churn_prediction p
                    on p.organization_id = $1 and p.customer_id = f.customer_id and p.customer_id between $2 and $3
                where f.organization_id = $1 and f.customer_id between $2 and $3 and f.run_id = $4
            ), decided as (
                select customer_id, churn_probability, model_version, %4$s as rule
                from (select *, coalesce(cancelled_days, away_days) as left_days from facts) known
            ), assigned as materialized (
                select customer_id, churn_probability, model_version,
                    ($7::text[])[rule + 1] as stage, ($8::text[])[rule + 1] as reason
                from decided
            ), moved as (
                insert into lifecycle_history (
                    organization_id, customer_id, exited_at, entered_at, stage, next_stage, left_in_run)
                select $1, before.customer_id, $5, before.entered_at, before.stage, assigned.stage, $4
                from customer_lifecycle before
                join assigned on assigned.customer_id = before.customer_id
                where before.organization_id = $1 and before.customer_id between $2 and $3
                    and before.stage <> assigned.stage and before.as_of <= $5
            )
            insert into customer_lifecycle as known (
                organization_id, customer_id, stage, reason, churn_probability, model_version, run_id, as_of, calculated_at,
                entered_at)
            select $1, customer_id, stage, reason, churn_probability, model_version, $4, $5, $6, $5
            from assigned
            on conflict (organization_id, customer_id) do update
            set stage = excluded.stage, reason = excluded.reason, churn_probability = excluded.churn_probability,
                model_version = excluded.model_version, run_id = excluded.run_id, as_of = excluded.as_of,
                calculated_at = excluded.calculated_at,
                entered_at = case when known.stage = excluded.stage then known.entered_at else excluded.entered_at end
            where known.as_of <= excluded.as_of""".formatted(
                    Cancellations.TYPES,
                    ChurnRules.probability("f", "o.churn_horizon_days"),
                    ChurnRules.VERSION,
                    StageRule.decision());

    private static final String RELEASE = """
            with gone as (
                delete from customer_lifecycle
                where organization_id = $1 and customer_id between $2 and $3 and run_id <> $4 and as_of <= $5
                returning *
            )
            insert into lifecycle_history (
                organization_id, customer_id, exited_at, entered_at, stage, next_stage, left_in_run)
            select organization_id, customer_id, $5, entered_at, stage, null, $4
            from gone""";

    private static final String[] STAGES =
            Arrays.stream(StageRule.values()).map(rule -> rule.stage().label()).toArray(String[]::new);
    private static final String[] REASONS =
            Arrays.stream(StageRule.values()).map(StageStep::reason).toArray(String[]::new);

    private final Clock clock;

    StageStep(Clock clock) {
        this.clock = clock;
    }

    /** A rule as the database and the API name it. */
    static String reason(StageRule rule) {
        return rule.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String name() {
        return "stages";
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(ASSIGN)
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.of(
                                part.organization(),
                                part.firstCustomer(),
                                part.lastCustomer(),
                                part.runId(),
                                part.asOf(),
                                clock.instant().atOffset(ZoneOffset.UTC))
                        .addArrayOfString(STAGES)
                        .addArrayOfString(REASONS)))
                .chain(() -> release(connection, part))
                .replaceWith((JsonObject) null);
    }

    /** Customers who are known no more leave their stages for none. */
    private static Uni<Void> release(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(RELEASE)
                .execute(Tuple.of(
                        part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId(), part.asOf()))
                .replaceWithVoid();
    }
}
