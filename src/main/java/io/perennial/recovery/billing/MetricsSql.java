package io.perennial.recovery.billing;

import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

import io.perennial.models.ChurnRules;

/**
 * The metrics that recovery goes by, in SQL: one customer or all of an organization, it is the same statement. It reads what
 * occurred up to the instant it is as of.
 *
 * <p>Billing facts come from the billing system where it tells them, and from uploaded transactions and events where it does
 * not. An organization may do both with the same payments, so of the two the one that knows of more counts, and they are
 * never added up. Only subscriptions and payments in the currency of the organization count as revenue.
 */
final class MetricsSql {

    private MetricsSql() {}

    /**
     * A row for each customer of organization {@code $1} that the condition is true of, as of {@code $4}; {@link #parameters}
     * say when the windows begin.
     *
     * <ul>
     *   <li>{@code monthly_revenue}: what the subscriptions that run and are to be paid cost in a month; without one, the one
     *       that ended last; without any, what was paid in the last three months, divided by three or the complete months
     *       that the customer has been one, if fewer, but at least one
     *   <li>{@code total_revenue}: the sum of the payments, or of the completed transactions where that is more
     *   <li>{@code revenue_growth}: per cent, revenue of the last 30 days against the 30 before; null when those had none
     *   <li>{@code subscription_length_months}: complete calendar months, in the time zone of the organization, since the
     *       first start of the subscriptions that run or ended in the last three months; without any, since registration or
     *       the first sign of life
     *   <li>{@code feature_usage}: per cent, rounded to two decimals, of the features in {@code product_features} that the
     *       customer used in the last three months; 0 where no features are known
     *   <li>{@code session_frequency}: logins and sessions of the last three months ÷ 3
     *   <li>{@code payment_failures_last_3_months}: failed attempts of the payments that failed in the last three months
     *   <li>{@code churn_risk_score}: the churn probability of the newest prediction or health score; without both, by the
     *       rules, of the latest feature set; null without one
     * </ul>
     */
    static final String SELECT = """
            with subscribed as (
                select s.customer_id,
                    sum(s.monthly_amount) filter (where runs and is_paid and is_own_currency) as running_amount,
                    (array_agg(s.monthly_amount order by coalesce(s.ends_at, s.last_event_at) desc)
                        filter (where not runs and is_own_currency and s.monthly_amount is not null
                            and s.ends_at > :last_3_months))[1]
                        as last_amount,
                    min(s.started_at) filter (where runs or s.ends_at > :last_3_months) as since
                from subscriptions s
                cross join organizations o
                cross join lateral (
                    select s.status <> 'cancelled' and (s.ends_at is null or s.ends_at > :as_of) as runs,
                        s.status not in ('trialing', 'paused') as is_paid,
                        s.currency is null or s.currency = o.currency as is_own_currency
                ) state
                where s.organization_id = $1 and s.customer_id :customers and s.started_at <= :as_of
                    and s.status <> 'incomplete' and o.id = $1
                group by s.customer_id
            ), purchased as (
                select customer_id,
                    min(occurred_at) as first_at,
                    coalesce(sum(amount) filter (where status = 'completed'), 0) as total,
                    coalesce(sum(amount) filter (where status = 'completed' and occurred_at > :last_30), 0) as amount_30,
                    coalesce(sum(amount) filter (where status = 'completed' and occurred_at > :last_60
                        and occurred_at <= :last_30), 0) as amount_previous_30,
                    coalesce(sum(amount) filter (where status = 'completed' and occurred_at > :last_3_months), 0)
                        as amount_3_months,
                    count(*) filter (where status = 'completed' and occurred_at > :last_year) as succeeded,
                    count(*) filter (where status = 'failed' and occurred_at > :last_year) as failed,
                    count(*) filter (where status = 'failed' and occurred_at > :last_3_months) as failed_3_months
                from transactions
                where organization_id = $1 and customer_id :customers and occurred_at <= :as_of
                group by customer_id
            ), paid as (
                select p.customer_id,
                    min(p.paid_at) as first_at,
                    sum(p.amount) as total,
                    coalesce(sum(p.amount) filter (where p.paid_at > :last_30), 0) as amount_30,
                    coalesce(sum(p.amount) filter (where p.paid_at > :last_60 and p.paid_at <= :last_30), 0)
                        as amount_previous_30,
                    coalesce(sum(p.amount) filter (where p.paid_at > :last_3_months), 0) as amount_3_months,
                    count(*) filter (where p.paid_at > :last_year) as succeeded
                from payments p
                cross join organizations o
                where p.organization_id = $1 and p.customer_id :customers and p.paid_at <= :as_of
                    and o.id = $1 and p.currency = o.currency
                group by p.customer_id
            ), failed as (
                select customer_id,
                    sum(attempt_count) filter (where last_failed_at > :last_year) as attempts,
                    sum(attempt_count) filter (where last_failed_at > :last_3_months) as attempts_3_months
                from payment_failures
                where organization_id = $1 and customer_id :customers and first_failed_at <= :as_of
                group by customer_id
            ), noticed as (
                select customer_id, event_type, count(*) as times
                from events
                where organization_id = $1 and customer_id :customers
                    and occurred_at > :last_3_months and occurred_at <= :as_of
                    and event_type in ('login', 'session', 'support_ticket', 'ticket', 'complaint', 'billing_complaint',
                        'payment_failed')
                group by customer_id, event_type
            ), active as (
                select customer_id,
                    sum(times) filter (where event_type in ('login', 'session')) as sessions,
                    sum(times) filter (where event_type in ('support_ticket', 'ticket')) as tickets,
                    sum(times) filter (where event_type = 'payment_failed') as failed_3_months,
                    jsonb_object_agg(event_type, times) filter (where event_type in ('support_ticket', 'ticket',
                        'complaint', 'billing_complaint')) as interactions
                from noticed
                group by customer_id
            ), features as materialized (
                select unnest(features) as feature from product_features where organization_id = $1
            ), adopted as (
                select e.customer_id, array_agg(distinct f.feature order by f.feature) as features
                from events e
                join features f on f.feature = e.attributes->>'feature'
                where e.organization_id = $1 and e.customer_id :customers
                    and e.occurred_at > :last_3_months and e.occurred_at <= :as_of and e.event_type = 'feature_use'
                group by e.customer_id
            ), graced as (
                select customer_id, count(*) as times
                from retention_offers
                where organization_id = $1 and customer_id :customers and offer_type = 'grace_period'
                    and redeemed_at <= :as_of
                group by customer_id
            ), known as (
                select c.customer_id, o.currency,
                    s.running_amount, s.last_amount,
                    case when coalesce(p.total, 0) > coalesce(t.total, 0) then p.total else coalesce(t.total, 0) end
                        as total_revenue,
                    case when coalesce(p.total, 0) > coalesce(t.total, 0) then p.amount_30
                        else coalesce(t.amount_30, 0) end as amount_30,
                    case when coalesce(p.total, 0) > coalesce(t.total, 0) then p.amount_previous_30
                        else coalesce(t.amount_previous_30, 0) end as amount_previous_30,
                    case when coalesce(p.total, 0) > coalesce(t.total, 0) then p.amount_3_months
                        else coalesce(t.amount_3_months, 0) end as amount_3_months,
                    greatest(p.succeeded, t.succeeded, 0)::integer as succeeded,
                    greatest(f.attempts, t.failed, a.failed_3_months, 0)::integer as failed,
                    greatest(f.attempts_3_months, t.failed_3_months, a.failed_3_months, 0)::integer as failed_3_months,
                    greatest(0, extract(year from age) * 12 + extract(month from age))::integer as months,
                    coalesce(a.sessions, 0) as sessions,
                    coalesce(a.tickets, 0)::integer as tickets,
                    coalesce(a.interactions, '{}') as interactions,
                    coalesce(u.features, '{}') as features,
                    coalesce(g.times, 0)::integer as grace_periods,
                    o.churn_horizon_days
                from customers c
                cross join organizations o
                left join subscribed s on s.customer_id = c.customer_id
                left join purchased t on t.customer_id = c.customer_id
                left join paid p on p.customer_id = c.customer_id
                left join failed f on f.customer_id = c.customer_id
                left join active a on a.customer_id = c.customer_id
                left join adopted u on u.customer_id = c.customer_id
                left join graced g on g.customer_id = c.customer_id
                cross join lateral (
                    select age(:as_of at time zone o.timezone, coalesce(s.since,
                        least(c.registered_at, t.first_at, p.first_at, c.first_event_at), c.created_at)
                        at time zone o.timezone) as age
                ) started
                where c.organization_id = $1 and c.customer_id :customers and o.id = $1
            )
            select k.customer_id, k.currency,
                round(coalesce(k.running_amount, k.last_amount, k.amount_3_months / least(3, greatest(1, k.months))), 2)
                    as monthly_revenue,
                case when coalesce(k.running_amount, k.last_amount) is not null then 'subscriptions' else 'payments' end
                    as monthly_revenue_from,
                k.total_revenue,
                round(100 * (k.amount_30 - k.amount_previous_30) / nullif(k.amount_previous_30, 0), 2) as revenue_growth,
                k.months as subscription_length_months,
                round(coalesce(100.0 * cardinality(k.features) / nullif((select count(*) from features), 0), 0), 2)
                    as feature_usage,
                round(k.sessions / 3.0, 2) as session_frequency,
                k.features as feature_adoption,
                k.succeeded as payments_succeeded,
                k.failed as payments_failed,
                round(k.succeeded / nullif(k.succeeded + k.failed, 0)::numeric, 4) as payment_reliability,
                k.tickets as support_tickets,
                k.interactions as support_interactions,
                k.failed_3_months as payment_failures_last_3_months,
                k.grace_periods,
                coalesce(newest.probability, round((%1$s)::numeric, 6)) as churn_risk_score,
                coalesce(newest.version, case when v.customer_id is not null then '%2$s' end) as churn_model_version
            from known k
            left join churn_prediction cp on cp.organization_id = $1 and cp.customer_id = k.customer_id
            left join customer_health_scores h on h.organization_id = $1 and h.customer_id = k.customer_id
            left join customer_feature v on v.organization_id = $1 and v.customer_id = k.customer_id
            cross join lateral (
                select case when cp.predicted_at is null or h.scored_at > cp.predicted_at then h.churn_probability
                        else cp.churn_probability end as probability,
                    case when cp.predicted_at is null or h.scored_at > cp.predicted_at then h.model_version
                        else cp.model_version end as version
            ) newest""".formatted(ChurnRules.probability("v", "k.churn_horizon_days"), ChurnRules.VERSION)
            .replace(":as_of", "$4::timestamptz")
            .replace(":last_3_months", "$5::timestamptz")
            .replace(":last_30", "$6::timestamptz")
            .replace(":last_60", "$7::timestamptz")
            .replace(":last_year", "$8::timestamptz");

    /** {@link #SELECT} for the customer with the id {@code $2} or, where it is another, {@code $3}. */
    static final String OF_CUSTOMER = SELECT.replace(":customers", "in ($2, $3)");

    /** {@link #SELECT} for the customers {@code $2} to {@code $3}. */
    static final String OF_RANGE = SELECT.replace(":customers", "between $2 and $3");

    /** The parameters. The beginnings of the windows are among them because they are the same for all. */
    static Tuple parameters(UUID organization, UUID first, UUID second, Instant asOf) {
        var now = asOf.atOffset(ZoneOffset.UTC);
        return Tuple.tuple()
                .addUUID(organization)
                .addUUID(first)
                .addUUID(second)
                .addOffsetDateTime(now)
                .addOffsetDateTime(now.minusMonths(3))
                .addOffsetDateTime(now.minusDays(30))
                .addOffsetDateTime(now.minusDays(60))
                .addOffsetDateTime(now.minusYears(1));
    }
}
