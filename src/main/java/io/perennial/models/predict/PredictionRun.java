package io.perennial.models.predict;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.features.FeatureStep;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Predicts for every customer of an organization: features, predictions. */
@ApplicationScoped
public class PredictionRun implements RunKind {

    /** Of the kind of run. */
    public static final String NAME = "predictions";

    private final List<RunStep> steps;

    PredictionRun(FeatureStep features, PredictStep predict) {
        this.steps = List.of(features, predict);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("""
                        select kind.key as kind, max(kind.value ->> 'version') as version,
                            sum((kind.value ->> 'scored')::bigint)::bigint as scored,
                            max(kind.value ->> 'fallback') as fallback
                        from run_partitions p
                        cross join lateral jsonb_each(p.result -> 'predictions') as kind
                        where p.organization_id = $1 and p.run_id = $2
                        group by kind.key
                        order by kind.key""")
                .execute(Tuple.of(part.organization(), part.runId()))
                .map(rows -> {
                    var predictions = new JsonObject();
                    rows.forEach(row -> predictions.put(row.getString("kind"), outcome(row)));
                    return new JsonObject().put("predictions", predictions);
                });
    }

    /** The version that has scored, how many customers, and why the rules answer for some or all. */
    private static JsonObject outcome(Row row) {
        var outcome = new JsonObject();
        for (var name : List.of("version", "scored", "fallback")) {
            if (row.getValue(name) != null) {
                outcome.put(name, row.getValue(name));
            }
        }
        return outcome;
    }
}
