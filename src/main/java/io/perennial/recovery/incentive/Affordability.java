package io.perennial.recovery.incentive;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;

import io.perennial.recovery.billing.CustomerMetrics;

/**
 * What an organization can afford to promise to a customer. Expected to be worth is what the model says, else what was
 * calculated last, else what the customer pays in a year at the present price, times the probability to stay.
 *
 * @param currency of the organization
 * @param month whose budget is asked, its first day
 * @param price of the subscription in a month; null when not known
 * @param expectedValue in the currency of the organization, 0 or more
 * @param allowance for a case of the customer
 */
record Affordability(
        String currency, LocalDate month, BigDecimal price, BigDecimal expectedValue, Allowance allowance) {

    private static final BigDecimal MONTHS_OF_YEAR = BigDecimal.valueOf(12);
    private static final int DECIMALS = 2;

    /** One row for customer {@code $2} of organization {@code $1}, case {@code $3} and subscription {@code $4} as of {@code $5}. */
    private static final String SELECT = """
            with promised as (
                select coalesce(sum(cost) filter (where case_id = $3), 0) as of_case,
                    coalesce(sum(cost) filter (where case_id = $3 or status = 'open'), 0) as of_customer
                from retention_offers
                where organization_id = $1 and customer_id = $2 and status in ('open', 'redeemed')
            ), present as (
                select currency, date_trunc('month', $5::timestamptz at time zone timezone)::date as month
                from organizations
                where id = $1
            )
            select o.currency, o.month, s.monthly_amount as price,
                case when l.value is not null then greatest(l.value, 0)::numeric
                    else coalesce(v.predicted_ltv, h.predicted_ltv) end as expected_value,
                coalesce(b.lifetime_value_share, 1) as share,
                b.monthly_budget - coalesce(u.reserved + u.spent, 0) as month_left,
                b.case_budget - p.of_case as case_left,
                p.of_customer
            from present o
            cross join promised p
            left join incentive_budgets b on b.organization_id = $1
            left join incentive_spending u on u.organization_id = $1 and u.month = o.month
            left join subscriptions s on s.organization_id = $1 and s.customer_id = $2 and s.subscription_id = $4
                and s.currency = o.currency
            left join customer_prediction l on l.organization_id = $1 and l.customer_id = $2 and l.kind = 'ltv'
            left join customer_value v on v.organization_id = $1 and v.customer_id = $2
            left join customer_health_scores h on h.organization_id = $1 and h.customer_id = $2""";

    /**
     * What can be afforded now.
     *
     * @param caseId null for a case that is not there yet
     * @param subscription null when not known
     */
    static Uni<Affordability> of(
            SqlConnection connection, CustomerMetrics metrics, UUID caseId, String subscription, Instant now) {
        return connection
                .preparedQuery(SELECT)
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.from(Arrays.asList(
                        metrics.organizationId(),
                        metrics.customerId(),
                        caseId,
                        subscription,
                        now.atOffset(ZoneOffset.UTC)))))
                .map(rows -> of(rows.iterator().next(), metrics));
    }

    private static Affordability of(Row row, CustomerMetrics metrics) {
        var known = row.getBigDecimal("expected_value");
        var worth = (known == null ? projected(metrics) : known).setScale(DECIMALS, RoundingMode.DOWN);
        return new Affordability(
                row.getString("currency"),
                row.getLocalDate("month"),
                row.getBigDecimal("price"),
                worth,
                new Allowance(
                        row.getBigDecimal("month_left"),
                        row.getBigDecimal("case_left"),
                        worth.multiply(row.getBigDecimal("share")).subtract(row.getBigDecimal("of_customer"))));
    }

    /** {@code monthly revenue × 12 × (1 − churn probability)}, the probability 0 when nothing was predicted. */
    static BigDecimal projected(CustomerMetrics metrics) {
        var churn = metrics.churnRiskScore() == null ? BigDecimal.ZERO : metrics.churnRiskScore();
        return metrics.monthlyRevenue().multiply(MONTHS_OF_YEAR).multiply(BigDecimal.ONE.subtract(churn));
    }
}
