package io.perennial.insight.segment;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Finds the breakpoints that turn a feature into a percentile score within the organization, see {@link Percentiles}. */
@ApplicationScoped
public class BreakpointStep implements RunStep {

    /** The features that are scored, by the letter that stands for each. */
    static final String[] METRICS = {"R", "F", "M", "E"};

    /** As later steps find its result. */
    public static final String NAME = "breakpoints";

    private static final String FIND = Percentiles.sql("""
                select metric.name, metric.value
                from customer_feature f
                cross join lateral (
                    values ('R', f.recency_days), ('F', f.frequency::float8), ('M', f.monetary::float8), ('E', f.engagement)
                ) as metric (name, value)
                where f.organization_id = $1 and f.run_id = $2""", "R");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return Percentiles.find(connection, FIND, Tuple.of(part.organization(), part.runId()));
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
