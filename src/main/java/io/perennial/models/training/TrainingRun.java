package io.perennial.models.training;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

import io.perennial.models.LearnedKind;
import io.perennial.models.ModelKinds;
import io.perennial.runs.Run;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.runs.Runs;

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

    /**
     * Starts the run that trains a kind.
     *
     * @param idempotencyKey may be null
     * @param asOf may be null
     */
    public static Uni<Run> start(Runs runs, UUID organization, String idempotencyKey, Instant asOf, LearnedKind kind) {
        return kind.ownTraining() == null
                ? runs.startOnce(organization, idempotencyKey, NAME, asOf, new JsonObject().put("kind", kind.name()))
                : runs.startOnce(organization, idempotencyKey, kind.ownTraining(), asOf, null);
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
