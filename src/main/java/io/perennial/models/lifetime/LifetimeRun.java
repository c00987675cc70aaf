package io.perennial.models.lifetime;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Predicts the lifetime value of every customer of an organization who has bought. */
@ApplicationScoped
class LifetimeRun implements RunKind {

    private final List<RunStep> steps;

    LifetimeRun(FitLifetimeStep fit, LifetimeValueStep value) {
        this.steps = List.of(fit, value);
    }

    @Override
    public String name() {
        return "lifetime_value";
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return LifetimeValueStep.totals(connection, part);
    }
}
