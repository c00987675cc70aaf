package io.perennial.features;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Computes the features of every customer of an organization. */
@ApplicationScoped
class FeatureRun implements RunKind {

    private final FeatureStep features;

    FeatureRun(FeatureStep features) {
        this.features = features;
    }

    @Override
    public String name() {
        return "features";
    }

    @Override
    public List<RunStep> steps() {
        return List.of(features);
    }

    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("select count(*) from customer_feature where organization_id = $1")
                .execute(Tuple.of(part.organization()))
                .map(rows ->
                        new JsonObject().put("customers", rows.iterator().next().getLong(0)));
    }
}
