package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Trains a model of how likely customers accept offers. */
@ApplicationScoped
class OfferTrainingRun implements RunKind {

    static final String NAME = "next_best_offer_training";

    private final OfferTrainStep step;

    OfferTrainingRun(OfferTrainStep step) {
        this.step = step;
    }

    @Override
    public String name() {
        return NAME;
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
