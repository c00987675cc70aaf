package io.perennial.recovery.risk;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.ZoneOffset;

import io.perennial.models.Cancellations;
import io.perennial.recovery.billing.CustomerMetrics;

/**
 * What the factors of the recovery risk are measured by.
 *
 * @param failedAttempts of the last three months
 * @param cancelled whether the customer has said so in the last 30 days, or has a subscription that will not renew
 * @param daysToExpiry until the last of the payment methods expires, less than 0 after it; null when not known
 * @param addressChanges of the last 90 days
 * @param downgrades wished for or made in the last 90 days
 * @param months complete months that the customer has been one
 * @param reliability payments that succeeded, of all of the last twelve months, 0..1; null without any
 * @param valuePercentile of the predicted lifetime value within the organization, 0..100; null when not known
 * @param complaints of the last 90 days
 * @param sentiment mean of what the customer wrote in the last 90 days, −1 to 1; null when nothing
 */
record RiskFacts(
        int failedAttempts,
        boolean cancelled,
        Double daysToExpiry,
        int addressChanges,
        int featureUses,
        int featureUsesBefore,
        int tickets,
        int ticketsBefore,
        int logins,
        int loginsBefore,
        int downgrades,
        int months,
        Double reliability,
        Double valuePercentile,
        int complaints,
        Double sentiment) {

    /** One row for customer {@code $2} of organization {@code $1} as of {@code $3}, 30, 60 and 90 days before it. */
    private static final String SELECT = """
            with noticed as (
                select count(*) filter (where event_type in %s and occurred_at > $4) as cancellations,
                    count(*) filter (where event_type in ('billing_address_changed', 'address_changed')) as address_changes,
                    count(*) filter (where event_type = 'feature_use' and occurred_at > $4) as feature_uses,
                    count(*) filter (where event_type = 'feature_use' and occurred_at <= $4 and occurred_at > $5)
                        as feature_uses_before,
                    count(*) filter (where event_type in ('support_ticket', 'ticket') and occurred_at > $4) as tickets,
                    count(*) filter (where event_type in ('support_ticket', 'ticket') and occurred_at <= $4
                        and occurred_at > $5) as tickets_before,
                    count(*) filter (where event_type in ('login', 'session') and occurred_at > $4) as logins,
                    count(*) filter (where event_type in ('login', 'session') and occurred_at <= $4 and occurred_at > $5)
                        as logins_before,
                    count(*) filter (where event_type in ('downgrade', 'downgrade_requested', 'plan_downgraded'))
                        as downgrades,
                    count(*) filter (where event_type in ('complaint', 'billing_complaint')) as complaints
                from events
                where organization_id = $1 and customer_id = $2 and occurred_at > $6 and occurred_at <= $3
            ), told as (
                select count(*) as downgrades
                from webhook_events
                where organization_id = $1 and customer_id = $2 and fact = 'plan.downgraded' and status = 'applied'
                    and occurred_at > $6 and occurred_at <= $3
            ), subscribed as (
                select bool_or(cancelled_at > $4 or not will_renew and (ends_at is null or ends_at > $4)) as cancelled
                from subscriptions
                where organization_id = $1 and customer_id = $2 and started_at <= $3
            ), paying as (
                select max(expires_at) as expires_at
                from payment_methods
                where organization_id = $1 and customer_id = $2
            ), wrote as (
                select avg(sentiment) as sentiment
                from event_sentiment
                where organization_id = $1 and customer_id = $2 and occurred_at > $6 and occurred_at <= $3
            )
            select coalesce(s.cancelled, false) or n.cancellations > 0 as cancelled,
                (extract(epoch from p.expires_at - $3) / 86400)::float8 as days_to_expiry,
                n.address_changes::integer, n.feature_uses::integer, n.feature_uses_before::integer, n.tickets::integer,
                n.tickets_before::integer, n.logins::integer, n.logins_before::integer,
                (n.downgrades + t.downgrades)::integer as downgrades, n.complaints::integer, w.sentiment::float8,
                v.ltv_percentile::float8
            from noticed n
            cross join told t
            cross join subscribed s
            cross join paying p
            cross join wrote w
            left join customer_value v on v.organization_id = $1 and v.customer_id = $2""".formatted(Cancellations.TYPES);

    /** The facts that the metrics do not tell, as of the same instant. */
    static Uni<RiskFacts> read(SqlConnection connection, CustomerMetrics metrics) {
        var now = metrics.asOf().atOffset(ZoneOffset.UTC);
        return connection
                .preparedQuery(SELECT)
                .execute(Tuple.of(
                        metrics.organizationId(),
                        metrics.customerId(),
                        now,
                        now.minusDays(30),
                        now.minusDays(60),
                        now.minusDays(90)))
                .map(rows -> of(metrics, rows.iterator().next()));
    }

    private static RiskFacts of(CustomerMetrics metrics, Row row) {
        var reliability = metrics.paymentHistory().reliability();
        return new RiskFacts(
                metrics.paymentFailuresLast3Months(),
                row.getBoolean("cancelled"),
                row.getDouble("days_to_expiry"),
                row.getInteger("address_changes"),
                row.getInteger("feature_uses"),
                row.getInteger("feature_uses_before"),
                row.getInteger("tickets"),
                row.getInteger("tickets_before"),
                row.getInteger("logins"),
                row.getInteger("logins_before"),
                row.getInteger("downgrades"),
                metrics.subscriptionLengthMonths(),
                reliability == null ? null : reliability.doubleValue(),
                row.getDouble("ltv_percentile"),
                row.getInteger("complaints"),
                row.getDouble("sentiment"));
    }
}
