package io.perennial.models.predict;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
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
                        select model_version, count(*) as customers
                        from (
                            select model_version from churn_prediction where organization_id = $1
                            union all
                            select model_version from customer_prediction where organization_id = $1
                        ) predicted
                        group by model_version
                        order by model_version""")
                .execute(Tuple.of(part.organization()))
                .map(rows -> {
                    var predicted = new JsonObject();
                    rows.forEach(row -> predicted.put(row.getString("model_version"), row.getLong("customers")));
                    return new JsonObject().put("predicted", predicted);
                });
    }
}
