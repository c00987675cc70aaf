package io.perennial.insight.segment;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/**
 * The breakpoints that turn a number into a percentile score within the organization. Each metric gets a histogram with bins
 * of equal width on a logarithmic scale, 0.14 % of the value wide, so that it can be put together from shards; neighbouring
 * bins are then joined while together they hold less than 0.05 % of the customers. The score of a bin is the share of the
 * customers below it plus half of those in it, so that equal customers have equal scores and the mean is 50.
 */
public final class Percentiles {

    private static final String FIND = """
            with metrics as (
                %s
            ), histogram as (
                select name, min(value) as lowest, count(*) as customers
                from metrics
                group by name, floor(ln(1 + greatest(value, 0)) * 738.7)
            ), cumulated as (
                select name, lowest, customers,
                    sum(customers) over (partition by name order by lowest) - customers as below,
                    sum(customers) over (partition by name) as total
                from histogram
            ), joined as (
                select name, min(lowest) as lowest, sum(customers) as customers, min(below) as below, min(total) as total
                from cumulated
                group by name, floor(2000 * below / total)
            )
            select name,
                json_agg(lowest order by lowest) as thresholds,
                json_agg(round((case when name = '%s' then 100 - share else share end)::numeric, 3) order by lowest) as scores
            from (select *, 100.0 * (below + customers / 2.0) / total as share from joined) shared
            group by name""";

    private Percentiles() {}

    /**
     * The statement that finds breakpoints.
     *
     * @param metrics SQL of rows of {@code name} and {@code value}, {@code double precision}
     * @param descending the metric that is the better the lower it is; empty when there is none
     */
    public static String sql(String metrics, String descending) {
        return FIND.formatted(metrics, descending);
    }

    /**
     * Runs a statement of {@link #sql}. What it yields is read with {@link BreakpointStep#thresholds} and {@link
     * BreakpointStep#scores}; a metric that nobody has is not there.
     */
    public static Uni<JsonObject> find(SqlConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> {
            var breakpoints = new JsonObject();
            for (Row row : rows) {
                breakpoints.put(
                        row.getString("name"),
                        new JsonObject()
                                .put("thresholds", row.getJsonArray("thresholds"))
                                .put("scores", row.getJsonArray("scores")));
            }
            return breakpoints;
        });
    }
}
