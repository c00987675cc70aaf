package io.perennial.features;

import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * The feature set of customers as of an instant, in SQL: one customer or a million, it is the same statement. It reads what
 * occurred up to the instant and nothing later, so a feature set of the past comes out today as it would have then.
 *
 * <p>Windows end at the instant and are half open: the last 30 days are {@code (as_of − 30 days, as_of]}, the 30 before
 * them {@code (as_of − 60 days, as_of − 30 days]}.
 */
public final class FeatureSql {

    private FeatureSql() {}

    /** The columns that {@link #SELECT} yields, in its order. */
    public static final List<String> COLUMNS = List.of(
            "customer_id",
            "recency_days",
            "frequency",
            "monetary",
            "engagement",
            "tenure_days",
            "average_order_value",
            "inter_purchase_gap_days",
            "trend_30d",
            "transactions_30d",
            "transactions_previous_30d",
            "transactions_90d",
            "amount_30d",
            "amount_previous_30d",
            "amount_90d",
            "discounted_transactions",
            "refunds",
            "failed_payments_90d",
            "events_30d",
            "events_previous_30d",
            "events_90d",
            "logins_30d",
            "logins_previous_30d",
            "feature_uses_30d",
            "feature_uses_previous_30d",
            "support_tickets_30d",
            "support_tickets_90d",
            "days_since_last_event");

    /**
     * Features of the customers {@code $2} to {@code $3} of organization {@code $1} as of {@code $4}; its {@link #parameters}
     * say when the windows begin.
     *
     * <ul>
     *   <li>{@code recency_days}: since the last completed transaction; since the first sign of life if there is none
     *   <li>{@code frequency}, {@code monetary}: number and sum of all completed transactions
     *   <li>{@code engagement}: events (support tickets and what befalls a customer do not count) and, threefold,
     *       completed transactions of the last 90 days, each worth half as much every 30 days
     *   <li>{@code tenure_days}: since registration or the first sign of life, whichever is earlier
     *   <li>{@code inter_purchase_gap_days}: mean of the days between one transaction and the next; null below two
     *   <li>{@code trend_30d}: −1..1, (amount of the last 30 days − amount of the 30 before) ÷ the larger of the two
     * </ul>
     */
    public static final String SELECT = """
            with purchased as (
                select customer_id,
                    min(occurred_at) as first_seen_at,
                    min(occurred_at) filter (where status = 'completed') as first_at,
                    max(occurred_at) filter (where status = 'completed') as last_at,
                    count(*) filter (where status = 'completed') as frequency,
                    sum(amount) filter (where status = 'completed') as monetary,
                    count(*) filter (where status = 'completed' and occurred_at > :last_30) as n_30,
                    count(*) filter (where status = 'completed' and occurred_at > :last_60
                        and occurred_at <= :last_30) as n_previous_30,
                    count(*) filter (where status = 'completed' and occurred_at > :last_90) as n_90,
                    sum(amount) filter (where status = 'completed' and occurred_at > :last_30) as amount_30,
                    sum(amount) filter (where status = 'completed' and occurred_at > :last_60
                        and occurred_at <= :last_30) as amount_previous_30,
                    sum(amount) filter (where status = 'completed' and occurred_at > :last_90) as amount_90,
                    count(*) filter (where status = 'completed' and discount > 0) as discounted,
                    count(*) filter (where status = 'refunded') as refunds,
                    count(*) filter (where status = 'failed' and occurred_at > :last_90) as failed_90,
                    sum(power(2, date_part('epoch', occurred_at - :as_of) / 2592000))
                        filter (where status = 'completed' and occurred_at > :last_90) as engagement
                from transactions
                where organization_id = $1 and customer_id between $2 and $3 and occurred_at <= :as_of
                group by customer_id
            ), active as (
                select customer_id,
                    max(occurred_at) as last_at,
                    count(*) as n_90,
                    count(*) filter (where occurred_at > :last_30) as n_30,
                    count(*) filter (where occurred_at > :last_60
                        and occurred_at <= :last_30) as n_previous_30,
                    count(*) filter (where event_type = 'login' and occurred_at > :last_30) as logins_30,
                    count(*) filter (where event_type = 'login' and occurred_at > :last_60
                        and occurred_at <= :last_30) as logins_previous_30,
                    count(*) filter (where event_type = 'feature_use' and occurred_at > :last_30)
                        as feature_uses_30,
                    count(*) filter (where event_type = 'feature_use' and occurred_at > :last_60
                        and occurred_at <= :last_30) as feature_uses_previous_30,
                    count(*) filter (where event_type = 'support_ticket' and occurred_at > :last_30)
                        as tickets_30,
                    count(*) filter (where event_type = 'support_ticket') as tickets_90,
                    count(*) filter (where event_type = 'payment_failed') as failed_90,
                    sum(power(2, date_part('epoch', occurred_at - :as_of) / 2592000))
                        filter (where event_type not in ('support_ticket', 'payment_failed', 'complaint', 'no_show'))
                        as engagement
                from events
                where organization_id = $1 and customer_id between $2 and $3
                    and occurred_at > :last_90 and occurred_at <= :as_of
                group by customer_id
            ), known as (
                select c.customer_id,
                    least(c.registered_at, p.first_seen_at, c.first_event_at) as since,
                    p.first_at, p.last_at, coalesce(p.frequency, 0) as frequency, coalesce(p.monetary, 0) as monetary,
                    coalesce(p.n_30, 0) as n_30, coalesce(p.n_previous_30, 0) as n_previous_30,
                    coalesce(p.n_90, 0) as n_90, coalesce(p.amount_30, 0) as amount_30,
                    coalesce(p.amount_previous_30, 0) as amount_previous_30, coalesce(p.amount_90, 0) as amount_90,
                    coalesce(p.discounted, 0) as discounted, coalesce(p.refunds, 0) as refunds,
                    coalesce(p.failed_90, 0) + coalesce(a.failed_90, 0) as failed_90,
                    3 * coalesce(p.engagement, 0) + coalesce(a.engagement, 0) as engagement,
                    coalesce(a.n_30, 0) as events_30, coalesce(a.n_previous_30, 0) as events_previous_30,
                    coalesce(a.n_90, 0) as events_90, coalesce(a.logins_30, 0) as logins_30,
                    coalesce(a.logins_previous_30, 0) as logins_previous_30,
                    coalesce(a.feature_uses_30, 0) as feature_uses_30,
                    coalesce(a.feature_uses_previous_30, 0) as feature_uses_previous_30,
                    coalesce(a.tickets_30, 0) as tickets_30, coalesce(a.tickets_90, 0) as tickets_90,
                    a.last_at as last_event_at
                from customers c
                left join purchased p on p.customer_id = c.customer_id
                left join active a on a.customer_id = c.customer_id
                where c.organization_id = $1 and c.customer_id between $2 and $3
                    and (c.registered_at <= :as_of or p.customer_id is not null or c.first_event_at <= :as_of)
            )
            select customer_id,
                date_part('epoch', :as_of - coalesce(last_at, since)) / 86400 as recency_days,
                frequency::integer as frequency,
                monetary,
                engagement,
                date_part('epoch', :as_of - since) / 86400 as tenure_days,
                case when frequency > 0 then round(monetary / frequency, 4) end as average_order_value,
                case when frequency > 1 then date_part('epoch', last_at - first_at) / 86400 / (frequency - 1) end
                    as inter_purchase_gap_days,
                coalesce((amount_30 - amount_previous_30) / nullif(greatest(amount_30, amount_previous_30), 0), 0)::float8
                    as trend_30d,
                n_30::integer as transactions_30d,
                n_previous_30::integer as transactions_previous_30d,
                n_90::integer as transactions_90d,
                amount_30 as amount_30d,
                amount_previous_30 as amount_previous_30d,
                amount_90 as amount_90d,
                discounted::integer as discounted_transactions,
                refunds::integer as refunds,
                failed_90::integer as failed_payments_90d,
                events_30::integer as events_30d,
                events_previous_30::integer as events_previous_30d,
                events_90::integer as events_90d,
                logins_30::integer as logins_30d,
                logins_previous_30::integer as logins_previous_30d,
                feature_uses_30::integer as feature_uses_30d,
                feature_uses_previous_30::integer as feature_uses_previous_30d,
                tickets_30::integer as support_tickets_30d,
                tickets_90::integer as support_tickets_90d,
                date_part('epoch', :as_of - last_event_at) / 86400 as days_since_last_event
            from known""".replace(":as_of", "$4::timestamptz")
            .replace(":last_30", "$5::timestamptz")
            .replace(":last_60", "$6::timestamptz")
            .replace(":last_90", "$7::timestamptz");

    /** The parameters of {@link #SELECT}. The beginnings of the windows are among them because they are the same for all. */
    public static Tuple parameters(UUID organization, UUID firstCustomer, UUID lastCustomer, OffsetDateTime asOf) {
        return Tuple.from(List.of(
                organization,
                firstCustomer,
                lastCustomer,
                asOf,
                asOf.minusDays(30),
                asOf.minusDays(60),
                asOf.minusDays(90)));
    }
}
