package io.perennial.models.training;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.models.ModelKinds;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Trains a model of the kind that its parameter {@code kind} says. */
@ApplicationScoped
public class TrainingRun implements RunKind {

    /** Of the kind of run. */
    public static final String NAME = "training";

    private final TrainStep step;
    private final ModelKinds kinds;

    TrainingRun(TrainStep step, ModelKinds kinds) {
        this.step = step;
        this.kinds = kinds;
    }

    /** What a run has to know. */
    public static JsonObject parameters(String kind) {
        return new JsonObject().put("kind", kind);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void check(JsonObject parameters) {
        kinds.named(parameters.getString("kind"));
    }

    @Override
    public boolean inBackground() {
        return true;
    }

    @Override
    public List<RunStep> steps() {
        return List.of(step);
    }

    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return Uni.createFrom().item(part.results().getJsonObject(step.name()));
    }
}
