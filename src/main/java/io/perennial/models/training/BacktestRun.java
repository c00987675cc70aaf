package io.perennial.models.training;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.models.ModelKinds;
import io.perennial.platform.ProblemType;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Backtests a kind of model, its parameter {@code kind}, at its parameter {@code snapshots} many instants. */
@ApplicationScoped
public class BacktestRun implements RunKind {

    /** Of the kind of run. */
    public static final String NAME = "backtest";

    private static final int MOST_SNAPSHOTS = 12;

    private final BacktestStep step;
    private final ModelKinds kinds;

    BacktestRun(BacktestStep step, ModelKinds kinds) {
        this.step = step;
        this.kinds = kinds;
    }

    /** What a run has to know. */
    public static JsonObject parameters(String kind, int snapshots) {
        return new JsonObject().put("kind", kind).put("snapshots", snapshots);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void check(JsonObject parameters) {
        kinds.named(parameters.getString("kind"));
        if (!(parameters.getValue("snapshots") instanceof Integer snapshots)
                || snapshots < 1
                || snapshots > MOST_SNAPSHOTS) {
            throw ProblemType.INVALID_REQUEST.problem("snapshots must be a number from 1 to %d", MOST_SNAPSHOTS);
        }
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
