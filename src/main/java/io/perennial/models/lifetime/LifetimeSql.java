package io.perennial.models.lifetime;

/**
 * The purchase history of customers as of an instant, in SQL. A purchase is a day, in the time zone of the organization, with
 * completed transactions; one that failed or was refunded is none.
 */
final class LifetimeSql {

    private LifetimeSql() {}

    /**
     * Histories of the customers {@code $2} to {@code $3} of organization {@code $1} as of {@code $4}.
     *
     * <ul>
     *   <li>{@code frequency}: days with a purchase after the first
     *   <li>{@code recency_days}: from the first to the last of them
     *   <li>{@code age_days}: from the first to the day of the instant
     *   <li>{@code mean_value}: of a day with a purchase after the first; null without one
     * </ul>
     */
    static final String HISTORIES = """
            with days as (
                select customer_id, day, sum(amount) as amount,
                    day > min(day) over (partition by customer_id) as is_repeat
                from (
                    select customer_id, amount, (occurred_at at time zone (
                        select timezone from organizations where id = $1))::date as day
                    from transactions
                    where organization_id = $1 and customer_id between $2 and $3 and occurred_at <= $4
                        and status = 'completed'
                ) purchases
                group by customer_id, day
            ), histories as (
                select customer_id,
                    (count(*) - 1)::integer as frequency,
                    max(day) - min(day) as recency_days,
                    ($4::timestamptz at time zone (select timezone from organizations where id = $1))::date - min(day)
                        as age_days,
                    (avg(amount) filter (where is_repeat))::float8 as mean_value
                from days
                group by customer_id
            )
            """;

    /**
     * What both models are fitted to, counted over customers who are alike: either {@code frequency}, {@code recency_days} and
     * {@code age_days}, or {@code frequency} and {@code value_step}, the step of the grid of {@link SpendHistories}. In a fixed
     * order, so that sums over them, and so the parameters, always come out the same to the last digit.
     */
    static final String STATISTICS = HISTORIES + """
            , stepped as (
                select *, case when mean_value > 0 then round(ln(mean_value) * %d)::integer end as value_step
                from histories
            )
            select frequency, recency_days, age_days, value_step, count(*)::integer as customers
            from stepped
            group by grouping sets ((frequency, recency_days, age_days), (frequency, value_step))
            having grouping(value_step) = 1 or value_step is not null
            order by frequency, recency_days, age_days, value_step""".formatted(SpendHistories.GRID);

    /** The histories themselves. */
    static final String CUSTOMERS = HISTORIES + """
            select customer_id, frequency, recency_days, age_days, mean_value
            from histories""";
}
