package io.perennial.models.training;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Singleton;
import java.time.Instant;

import io.perennial.models.Engine;
import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.serve.ModelVersion;
import io.perennial.runs.RunPart;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;

/**
 * Trains a version, and lets it answer if it is better than what answers now: than the version before, and than the rules, on
 * the same rows that none of them has learned from.
 */
@Singleton
class TrainStep extends LearningStep {

    private final Trainer trainer;
    private final ModelVersions versions;

    TrainStep(ModelKinds kinds, Organizations organizations, Trainer trainer, ModelVersions versions, Engine engine) {
        super(kinds, organizations, engine);
        this.trainer = trainer;
        this.versions = versions;
    }

    @Override
    public String name() {
        return "train";
    }

    @Override
    Uni<JsonObject> learn(SqlConnection connection, RunPart part, Organization organization, ModelKind kind) {
        return trainer.train(connection, organization, kind, part.asOf())
                .chain(trained -> register(connection, organization, kind, part, trained))
                .onFailure(TrainingRefusal.class)
                .recoverWithItem(refusal -> new JsonObject()
                        .put("kind", kind.name())
                        .put("trained", false)
                        .put("refusal", refusal.getMessage()));
    }

    private Uni<JsonObject> register(
            SqlConnection connection,
            Organization organization,
            ModelKind kind,
            RunPart part,
            Trainer.Trained trained) {
        return versions.active(organization.id())
                .map(active -> active.get(kind.name()))
                .chain(champion ->
                        champion == null ? Uni.createFrom().item(Champion.NONE) : lossOf(champion.version(), trained))
                .chain(champion -> {
                    var better = trained.loss() < trained.rulesLoss()
                            && !(trained.loss() > champion.loss())
                            && !trained.testedAt().isBefore(champion.testedAt());
                    if (champion.version() != null) {
                        trained.version()
                                .metrics()
                                .put(
                                        "champion",
                                        new JsonObject()
                                                .put("version", champion.version())
                                                .put("loss", finite(champion.loss()))
                                                .put("challenger_loss", trained.loss()));
                    }
                    return versions.add(connection, organization.id(), kind.name(), part.runId(), trained.version())
                            .call(number -> better
                                    ? versions.activate(connection, organization.id(), kind.name(), number)
                                    : Uni.createFrom().voidItem())
                            .map(number -> new JsonObject()
                                    .put("kind", kind.name())
                                    .put("trained", true)
                                    .put("version", kind.name() + "-" + number)
                                    .put("activated", better)
                                    .put("learner", trained.version().learner())
                                    .put("metrics", trained.version().metrics()));
                });
    }

    /**
     * The version that answers now. One of a later history is not given up for one that knows less.
     *
     * @param loss NaN when it cannot say anything of these rows
     * @param testedAt the instant that its test rows are as of
     */
    private record Champion(String version, double loss, Instant testedAt) {

        static final Champion NONE = new Champion(null, Double.NaN, Instant.MIN);
    }

    private Uni<Champion> lossOf(ModelVersion version, Trainer.Trained trained) {
        return versions.get(version.organization(), version.kind(), version.number())
                .map(details -> Instant.parse((String) details.snapshots().get("test")))
                .chain(testedAt -> versions.artifact(version)
                        .chain(artifact -> trainer.loss(artifact, trained))
                        .map(loss -> new Champion(version.label(), loss, testedAt)));
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
