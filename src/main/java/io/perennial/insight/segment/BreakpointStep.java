package io.perennial.insight.segment;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Finds the breakpoints that turn a feature into a percentile score within the organization. Each feature gets a histogram
 * with bins of equal width on a logarithmic scale, 0.14 % of the value wide, so that it can be put together from shards;
 * neighbouring bins are then joined while together they hold less than 0.05 % of the customers. The score of a bin is the
 * share of the customers below it plus half of those in it, so that equal customers have equal scores and the mean is 50.
 */
@ApplicationScoped
public class BreakpointStep implements RunStep {

    /** The features that are scored, by the letter that stands for each. */
    static final String[] METRICS = {"R", "F", "M", "E"};

    private static final String FIND = """
            with metrics as (
                select metric.name, metric.value
                from customer_feature f
                cross join lateral (
                    values ('R', f.recency_days), ('F', f.frequency::float8), ('M', f.monetary::float8), ('E', f.engagement)
                ) as metric (name, value)
                where f.organization_id = $1 and f.run_id = $2
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
                json_agg(round((case when name = 'R' then 100 - share else share end)::numeric, 3) order by lowest) as scores
            from (select *, 100.0 * (below + customers / 2.0) / total as share from joined) shared
            group by name""";

    @Override
    public String name() {
        return "breakpoints";
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(FIND)
                .execute(Tuple.of(part.organization(), part.runId()))
                .map(rows -> {
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

    /** The lower ends of the bins of a metric; empty when nobody has features. */
    public static Double[] thresholds(JsonObject breakpoints, String metric) {
        return numbers(breakpoints.getJsonObject(metric), "thresholds");
    }

    /** The scores of the bins of a metric. */
    public static Float[] scores(JsonObject breakpoints, String metric) {
        var scores = numbers(breakpoints.getJsonObject(metric), "scores");
        var floats = new Float[scores.length];
        for (var i = 0; i < scores.length; i++) {
            floats[i] = scores[i].floatValue();
        }
        return floats;
    }

    private static Double[] numbers(JsonObject metric, String name) {
        var array = metric == null ? new JsonArray() : metric.getJsonArray(name);
        var numbers = new Double[array.size()];
        for (var i = 0; i < numbers.length; i++) {
            numbers[i] = array.getDouble(i);
        }
        return numbers;
    }
}
