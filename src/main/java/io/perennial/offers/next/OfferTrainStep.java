package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.Engine;
import io.perennial.models.registry.ModelVersions;
import io.perennial.offers.policy.PolicyValue;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Trains a version on the past decisions of an organization, and lets it answer if it would not have done worse. */
@ApplicationScoped
class OfferTrainStep implements RunStep {

    private final Decisions decisions;
    private final ActiveOffers catalog;
    private final OfferTrainer trainer;
    private final ModelVersions versions;
    private final Engine engine;
    private final OfferPolicyConfig config;

    OfferTrainStep(
            Decisions decisions,
            ActiveOffers catalog,
            OfferTrainer trainer,
            ModelVersions versions,
            Engine engine,
            OfferPolicyConfig config) {
        this.decisions = decisions;
        this.catalog = catalog;
        this.trainer = trainer;
        this.versions = versions;
        this.engine = engine;
        this.config = config;
    }

    @Override
    public String name() {
        return "train";
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public boolean writesAboutCustomers() {
        return false;
    }

    /** Yields whether a version was trained and activated, why not, and what policies are worth. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return engine.whenReady()
                .chain(() -> decisions.close(part.organization()))
                .invoke(() -> catalog.forget(part.organization()))
                .chain(() -> catalog.of(part.organization()))
                .chain(offers -> PastDecision.newest(connection, part.organization(), null, config.trainingDecisions())
                        .chain(past -> trainer.train(part.organization(), past, offers)))
                .chain(trained -> trained.version() == null
                        ? Uni.createFrom()
                                .item(new JsonObject().put("trained", false).put("reason", trained.reason()))
                        : keep(connection, part, trained));
    }

    private Uni<JsonObject> keep(SqlConnection connection, RunPart part, OfferTrainer.Trained trained) {
        var policies =
                new JsonObject().put("logging", json(trained.logging())).put("candidate", json(trained.policy()));
        trained.version().metrics().put("policy", policies);
        return versions.add(connection, part.organization(), AcceptanceModel.KIND, part.runId(), trained.version())
                .call(number -> trained.mayAnswer()
                        ? versions.activate(connection, part.organization(), AcceptanceModel.KIND, number)
                        : Uni.createFrom().voidItem())
                .map(number -> new JsonObject()
                        .put("trained", true)
                        .put("version", AcceptanceModel.KIND + "-" + number)
                        .put("activated", trained.mayAnswer())
                        .put("reason", trained.reason())
                        .put("learner", trained.version().learner())
                        .put("metrics", trained.version().metrics()));
    }

    private static JsonObject json(PolicyValue value) {
        var json = new JsonObject()
                .put("conclusive", value.conclusive())
                .put("effective_sample_size", value.effectiveSampleSize())
                .put("unsupported", value.unsupported());
        return value.conclusive()
                ? json.put("value", value.doublyRobust().value())
                        .put("lower", value.doublyRobust().lower())
                        .put("upper", value.doublyRobust().upper())
                : json.put("reason", value.reason());
    }
}
