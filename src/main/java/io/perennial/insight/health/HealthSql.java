package io.perennial.insight.health;

import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.stream.Collectors;

import io.perennial.features.FeatureSql;
import io.perennial.insight.segment.BreakpointStep;
import io.perennial.models.ChurnRiskLevel;
import io.perennial.models.ChurnRules;
import io.perennial.models.LifetimeProjection;
import io.perennial.runs.RunPart;

/**
 * The health score, in SQL: one customer or a million, it is the same statement.
 *
 * <p>The overall score is the weighted mean of what is known of
 *
 * <ul>
 *   <li>40 %: {@code 100 × (1 − churn probability)}, the probability being that of the churn model, else an uploaded one,
 *       else the rules'
 *   <li>20 %: engagement, the percentile score E within the organization
 *   <li>15 %: satisfaction, from the feedback of the last 365 days, each worth half as much every 90 days: the mean of the
 *       ratings (75 when there is none), less up to 40 points for tickets and complaints, {@code 40 × (1 − 2^(−tickets ÷
 *       2))}, a complaint counting as two tickets, and up to 15 points more or less for how the texts sound
 *   <li>15 %: payment behaviour, 100 less 25 points for each failed payment of the last 90 days, 50 points times the share of
 *       the purchases of the last 365 days that were refunded, and 10 points for each payment pending in the last 90 days, of
 *       which two count
 *   <li>10 %: communication responsiveness, the share of the messages of the last 180 days that were answered, as the mean of
 *       a Beta distribution that begins with one answer to three messages: {@code 100 × (1 + answered) ÷ (3 + sent)}
 * </ul>
 *
 * <p>The lifetime value is that of the model, else {@link LifetimeProjection}.
 *
 * <p>The churn date takes the hazard to be constant, {@code λ = −ln(1 − p) ÷ horizon}, and is the day by which half of such
 * customers have left, {@code ln 2 ÷ λ} after the analysis; there is none when it is more than five years away.
 */
final class HealthSql {

    private HealthSql() {}

    static final double CHURN_WEIGHT = 0.4;
    static final double ENGAGEMENT_WEIGHT = 0.2;
    static final double SATISFACTION_WEIGHT = 0.15;
    static final double PAYMENT_WEIGHT = 0.15;
    static final double COMMUNICATION_WEIGHT = 0.1;

    /** How sure a score by rules, or by a model that nobody here has calibrated, is of itself. */
    private static final String UNCALIBRATED = "0.5";

    private static final String SCORE = """
            with organization as (
                select churn_horizon_days, timezone from organizations where id = $1
            ), features as (
                :features
            ), predicted as (
                select f.customer_id, f.engagement, f.failed_payments_90d, f.average_order_value, f.frequency, f.tenure_days,
                    o.churn_horizon_days, o.timezone,
                    round(coalesce(p.churn_probability, (:rules)::numeric), 6) as churn_probability,
                    coalesce(p.model_version, ':rules_version') as model_version,
                    l.value as learned_ltv,
                    coalesce(l.model_version, ':projection') as ltv_model_version
                from features f
                cross join organization o
                left join churn_prediction p
                    on p.organization_id = $1 and p.customer_id = f.customer_id and p.customer_id between $2 and $3
                left join customer_prediction l
                    on l.organization_id = $1 and l.customer_id = f.customer_id and l.kind = 'ltv'
                    and l.customer_id between $2 and $3
            ), feedback as (
                select e.customer_id,
                    power(2, date_part('epoch', e.occurred_at - $4::timestamptz) / 7776000) as weight,
                    (case when e.event_type in :rated and e.value >= 0 then
                        least(100, greatest(0, case e.event_type :ratings end)) end)::float8 as rating,
                    (case e.event_type :grievances else 0 end)::float8 as grievance,
                    s.sentiment
                from events e
                left join event_sentiment s
                    on s.organization_id = $1 and s.customer_id = e.customer_id
                    and s.occurred_at = e.occurred_at and s.event_key = e.event_key
                    and s.customer_id between $2 and $3 and s.occurred_at > $11::timestamptz
                where e.organization_id = $1 and e.customer_id between $2 and $3
                    and e.occurred_at > $11::timestamptz and e.occurred_at <= $4::timestamptz
                    and e.event_type in :feedback
            ), felt as (
                select customer_id,
                    sum(weight * rating) / sum(weight) filter (where rating is not null) as rating,
                    sum(weight * grievance) as grievance,
                    sum(weight * sentiment) / sum(weight) filter (where sentiment is not null) as sentiment
                from feedback
                group by customer_id
            ), paid as (
                select customer_id,
                    count(*) filter (where status = 'refunded')::float8
                        / nullif(count(*) filter (where status in ('completed', 'refunded')), 0) as refunded,
                    count(*) filter (where status = 'pending' and occurred_at > $9::timestamptz) as pending
                from transactions
                where organization_id = $1 and customer_id between $2 and $3
                    and occurred_at > $11::timestamptz and occurred_at <= $4::timestamptz
                group by customer_id
            ), counted as (
                select customer_id, :counts
                from events
                where organization_id = $1 and customer_id between $2 and $3
                    and occurred_at > $10::timestamptz and occurred_at <= $4::timestamptz
                    and event_type in :messages
                group by customer_id
            ), components as (
                select p.customer_id, p.churn_horizon_days, p.timezone, p.churn_probability, p.model_version,
                    p.ltv_model_version,
                    ($8::real[])[greatest(width_bucket(p.engagement, $7::float8[]), 1)]::float8 as engagement,
                    case when f.rating is not null or f.grievance > 0 or f.sentiment is not null then
                        least(100, greatest(0, coalesce(f.rating, 75) - 40 * (1 - power(2, -f.grievance / 2))
                            + 15 * coalesce(f.sentiment, 0))) end as satisfaction,
                    case when b.customer_id is not null or p.failed_payments_90d > 0 then
                        greatest(0, 100 - 25 * p.failed_payments_90d - 50 * coalesce(b.refunded, 0)
                            - least(20, 10 * coalesce(b.pending, 0))) end as payment,
                    case when :sent > 0 then 100 * (1 + :answered) / (3 + :sent)::float8 end as communication,
                    :lifetime_value as ltv,
                    case when p.churn_probability < 1 then p.churn_horizon_days * ln(2::float8)
                        / nullif(-ln(1 - p.churn_probability::float8), 0) else 0 end as days_left
                from predicted p
                left join felt f on f.customer_id = p.customer_id
                left join paid b on b.customer_id = p.customer_id
                left join counted m on m.customer_id = p.customer_id
            ), scored as materialized (
                select *,
                    (:churn_weight * 100 * (1 - churn_probability::float8)
                        + :engagement_weight * coalesce(engagement, 0)
                        + :satisfaction_weight * coalesce(satisfaction, 0)
                        + :payment_weight * coalesce(payment, 0)
                        + :communication_weight * coalesce(communication, 0))
                    / (:churn_weight
                        + case when engagement is null then 0 else :engagement_weight end
                        + case when satisfaction is null then 0 else :satisfaction_weight end
                        + case when payment is null then 0 else :payment_weight end
                        + case when communication is null then 0 else :communication_weight end) as overall
                from components
            ), rounded as materialized (
                select *,
                    round(overall::numeric)::smallint as overall_score,
                    round(engagement::numeric)::smallint as engagement_score,
                    round(satisfaction::numeric)::smallint as satisfaction_score,
                    round(payment::numeric)::smallint as payment_score,
                    round(communication::numeric)::smallint as communication_score
                from scored
            ), remembered as (
                insert into customer_health_history (
                    organization_id, customer_id, analysis_date, run_id, overall_health_score, engagement_score,
                    satisfaction_score, payment_behavior_score, communication_responsiveness_score, churn_probability,
                    model_version)
                select $1, customer_id, $4::timestamptz, $5::uuid, overall_score, engagement_score, satisfaction_score, payment_score,
                    communication_score, churn_probability, model_version
                from rounded
                on conflict (organization_id, customer_id, analysis_date) do update
                set run_id = excluded.run_id, overall_health_score = excluded.overall_health_score,
                    engagement_score = excluded.engagement_score, satisfaction_score = excluded.satisfaction_score,
                    payment_behavior_score = excluded.payment_behavior_score,
                    communication_responsiveness_score = excluded.communication_responsiveness_score,
                    churn_probability = excluded.churn_probability, model_version = excluded.model_version
            )
            insert into customer_health_scores as known (
                organization_id, customer_id, overall_health_score, churn_probability, engagement_score,
                satisfaction_score, payment_behavior_score, communication_responsiveness_score, predicted_ltv,
                predicted_churn_date, retention_probability, confidence_level, model_version, ltv_model_version,
                churn_horizon_days, analysis_date, scored_at, run_id,
                latest_run_id, latest_run_health_score, latest_run_churn_probability)
            select $1, customer_id, overall_score, churn_probability, engagement_score, satisfaction_score, payment_score,
                communication_score, round(ltv::numeric, 2),
                case when days_left <= 1826 then
                    (($4::timestamptz + make_interval(secs => 86400 * days_left)) at time zone timezone)::date end,
                1 - churn_probability,
                case when model_version in ('rules-1', 'uploaded') then :uncalibrated
                    else round(greatest(churn_probability, 1 - churn_probability), 4) end,
                model_version, ltv_model_version, churn_horizon_days, $4::timestamptz, $6::timestamptz, $5::uuid, $5::uuid,
                case when $5::uuid is not null then overall_score end,
                case when $5::uuid is not null then churn_probability end
            from rounded
            on conflict (organization_id, customer_id) do update
            set overall_health_score = excluded.overall_health_score, churn_probability = excluded.churn_probability,
                engagement_score = excluded.engagement_score, satisfaction_score = excluded.satisfaction_score,
                payment_behavior_score = excluded.payment_behavior_score,
                communication_responsiveness_score = excluded.communication_responsiveness_score,
                predicted_ltv = excluded.predicted_ltv, predicted_churn_date = excluded.predicted_churn_date,
                retention_probability = excluded.retention_probability, confidence_level = excluded.confidence_level,
                model_version = excluded.model_version, ltv_model_version = excluded.ltv_model_version,
                churn_horizon_days = excluded.churn_horizon_days, analysis_date = excluded.analysis_date,
                scored_at = excluded.scored_at, run_id = excluded.run_id, :run_by_run""".replace(":rules_version", ChurnRules.VERSION)
            .replace("'rules-1'", "'" + ChurnRules.VERSION + "'")
            .replace(":rules", ChurnRules.probability("f", "o.churn_horizon_days"))
            .replace(":projection", LifetimeProjection.VERSION)
            .replace(":lifetime_value", LifetimeProjection.value("p", "p.learned_ltv", "p.churn_probability"))
            .replace(":uncalibrated", UNCALIBRATED)
            .replace(":rated", HealthEvents.sql(HealthEvents.RATED))
            .replace(":ratings", cases())
            .replace(":grievances", grievances())
            .replace(":feedback", HealthEvents.sql(HealthEvents.FEEDBACK))
            .replace(":messages", HealthEvents.sql(HealthEvents.MESSAGES))
            .replace(":counts", counts())
            .replace(":sent", total("m.sent_%d"))
            .replace(":answered", total("m.answered_%d"))
            .replace(":churn_weight", weight(CHURN_WEIGHT))
            .replace(":engagement_weight", weight(ENGAGEMENT_WEIGHT))
            .replace(":satisfaction_weight", weight(SATISFACTION_WEIGHT))
            .replace(":payment_weight", weight(PAYMENT_WEIGHT))
            .replace(":communication_weight", weight(COMMUNICATION_WEIGHT));

    /** Scores the customers $2 to $3 that run $5 has features of. */
    static final String SCORE_RANGE = SCORE.replace(":features", """
            select * from customer_feature
            where organization_id = $1 and customer_id between $2 and $3 and run_id = $5::uuid""").replace(":run_by_run", """
            latest_run_id = excluded.latest_run_id,
            latest_run_health_score = excluded.latest_run_health_score,
            latest_run_churn_probability = excluded.latest_run_churn_probability,
            previous_run_health_score = known.latest_run_health_score,
            previous_run_churn_probability = known.latest_run_churn_probability""");

    /** Scores the customers $2 to $3 from features of the moment, and leaves alone what runs said of them. */
    static final String SCORE_NOW = SCORE.replace(
                    ":features",
                    FeatureSql.SELECT
                            .replace("$5::", "$12::")
                            .replace("$6::", "$13::")
                            .replace("$7::", "$14::"))
            .replace(":run_by_run", "latest_run_id = known.latest_run_id");

    /** The level of a probability, as {@code customer_health_scores} writes it. */
    static String level(String probability) {
        return "(case when %1$s >= %2$s then 'critical' when %1$s >= %3$s then 'high' when %1$s >= %4$s then 'medium' when %1$s >= 0 then 'low' end)"
                .formatted(
                        probability,
                        ChurnRiskLevel.CRITICAL.from(),
                        ChurnRiskLevel.HIGH.from(),
                        ChurnRiskLevel.MEDIUM.from());
    }

    private static String cases() {
        return HealthEvents.RATINGS.stream()
                .map(rating -> "when '%s' then %s".formatted(rating.type(), rating.percent()))
                .collect(Collectors.joining(" "));
    }

    private static String grievances() {
        return HealthEvents.GRIEVANCES.stream()
                .map(grievance -> "when '%s' then %d".formatted(grievance.type(), grievance.weight()))
                .collect(Collectors.joining(" "));
    }

    /** For each channel the messages sent and how many of them were answered, which is never more. */
    private static String counts() {
        var counts = new StringBuilder();
        for (var i = 0; i < HealthEvents.CHANNELS.size(); i++) {
            var channel = HealthEvents.CHANNELS.get(i);
            var responses = channel.responses().stream().map(HealthSql::count).collect(Collectors.joining(", "));
            counts.append(i == 0 ? "" : ", ")
                    .append("%1$s as sent_%2$d, least(%1$s, greatest(%3$s)) as answered_%2$d"
                            .formatted(count(channel.sent()), i, responses));
        }
        return counts.toString();
    }

    private static String count(String type) {
        return "count(*) filter (where event_type = '%s')".formatted(type);
    }

    private static String total(String column) {
        var columns = new StringBuilder("(");
        for (var i = 0; i < HealthEvents.CHANNELS.size(); i++) {
            columns.append(i == 0 ? "" : " + ").append(column.formatted(i));
        }
        return columns.append(')').toString();
    }

    private static String weight(double weight) {
        return weight + "::float8";
    }

    /** Of {@link #SCORE_RANGE}. */
    static Tuple parameters(RunPart part, OffsetDateTime now) {
        return Tuple.newInstance(common(part, part.results().getJsonObject(BreakpointStep.NAME), now));
    }

    /**
     * Of {@link #SCORE_NOW}.
     *
     * @param part of no run
     * @param breakpoints of the latest run; null when there is none, and then nobody's engagement can be told
     */
    static Tuple parameters(RunPart part, JsonObject breakpoints, OffsetDateTime now) {
        return Tuple.newInstance(common(part, breakpoints, now)
                .addOffsetDateTime(part.asOf().minusDays(30))
                .addOffsetDateTime(part.asOf().minusDays(60))
                .addOffsetDateTime(part.asOf().minusDays(90)));
    }

    private static io.vertx.sqlclient.Tuple common(RunPart part, JsonObject breakpoints, OffsetDateTime now) {
        return io.vertx.sqlclient.Tuple.tuple()
                .addUUID(part.organization())
                .addUUID(part.firstCustomer())
                .addUUID(part.lastCustomer())
                .addOffsetDateTime(part.asOf())
                .addUUID(part.runId())
                .addOffsetDateTime(now)
                .addArrayOfDouble(breakpoints == null ? null : BreakpointStep.thresholds(breakpoints, "E"))
                .addArrayOfFloat(breakpoints == null ? null : BreakpointStep.scores(breakpoints, "E"))
                .addOffsetDateTime(part.asOf().minusDays(90))
                .addOffsetDateTime(part.asOf().minusDays(180))
                .addOffsetDateTime(part.asOf().minusDays(365));
    }
}
