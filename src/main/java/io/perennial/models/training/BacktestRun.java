package io.perennial.models.training;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Backtests a kind of model, its parameter {@code kind}, at its parameter {@code snapshots} many instants. */
@ApplicationScoped
public class BacktestRun implements RunKind {

    public static final String NAME = "backtest";

    private final BacktestStep step;

    BacktestRun(BacktestStep step) {
        this.step = step;
    }

    @Override
    public String name() {
        return NAME;
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
