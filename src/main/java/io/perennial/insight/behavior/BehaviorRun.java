package io.perennial.insight.behavior;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;

import io.perennial.runs.HistoryStep;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Analyzes the behavior of every customer of an organization. */
@ApplicationScoped
class BehaviorRun implements RunKind {

    static final String NAME = "behavior";

    private static final String TOTALS = """
            select sum((result -> 'analyzed')::bigint)::bigint as analyzed,
                sum((result -> 'silent')::bigint)::bigint as silent
            from run_partitions
            where organization_id = $1 and run_id = $2 and result ? 'analyzed'""";

    private static final String SILENT = """
            select silent.customer_id
            from run_partitions p
            cross join lateral jsonb_array_elements_text(nullif(p.result -> 'silent_customers', 'null')) as silent (customer_id)
            where p.organization_id = $1 and p.run_id = $2
            order by silent.customer_id
            limit %d""".formatted(BehaviorSql.NAMED);

    private final List<RunStep> steps;

    BehaviorRun(ThresholdStep thresholds, AnalyzeStep analyze, BehaviorConfig config, Clock clock) {
        this.steps =
                List.of(thresholds, analyze, new HistoryStep("behavior_history", "as_of", config.historyDays(), clock));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    /** How many customers were analyzed, how many were silent because nothing is known that they did, and the first of these. */
    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        var run = Tuple.of(part.organization(), part.runId());
        return connection
                .preparedQuery(TOTALS)
                .execute(run)
                .map(rows -> rows.iterator().next())
                .map(row -> new JsonObject()
                        .put("analyzed", row.getLong("analyzed"))
                        .put("silent", row.getLong("silent")))
                .chain(totals -> connection.preparedQuery(SILENT).execute(run).map(rows -> {
                    var silent = new JsonArray();
                    rows.forEach(row -> silent.add(row.getString("customer_id")));
                    return totals.put("silent_customers", silent);
                }));
    }
}
