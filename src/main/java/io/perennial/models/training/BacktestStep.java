package io.perennial.models.training;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.perennial.models.Engine;
import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.learn.Metrics;
import io.perennial.models.learn.Task;
import io.perennial.runs.RunPart;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;

/**
 * Says how good models would have been: trains one for each of several instants of the past, from what was known then, and
 * compares what it would have predicted with what became of it. Nothing of it is kept or served. The instants are a month
 * apart, so a customer is among the rows of several of them.
 */
@Singleton
class BacktestStep extends LearningStep {

    private final Trainer trainer;
    private final TrainingConfig config;

    BacktestStep(ModelKinds kinds, Organizations organizations, Trainer trainer, TrainingConfig config, Engine engine) {
        super(kinds, organizations, engine);
        this.trainer = trainer;
        this.config = config;
    }

    @Override
    public String name() {
        return "backtest";
    }

    @Override
    Uni<JsonObject> learn(SqlConnection connection, RunPart part, Organization organization, ModelKind kind) {
        var refusals = new ArrayList<String>();
        return Multi.createFrom()
                .range(0, part.parameters().getInteger("snapshots"))
                .onItem()
                .transformToUniAndConcatenate(back -> trainer.train(
                                connection,
                                organization,
                                kind,
                                part.asOf().minusDays((long) back * config.snapshotSpacingDays()))
                        .map(Tested::of)
                        .onFailure(TrainingRefusal.class)
                        .invoke(refusal -> refusals.add(refusal.getMessage()))
                        .onFailure(TrainingRefusal.class)
                        .recoverWithNull())
                .collect()
                .asList()
                .chain(tested -> trainer.compute(() -> report(kind, tested, refusals)));
    }

    /** What is needed of a training once it has been tested. */
    private record Tested(
            Task task,
            JsonObject report,
            float[] labels,
            float[] rules,
            float[] predictions,
            Watch watch,
            Watch watchByRules) {

        static Tested of(Trainer.Trained trained) {
            var metrics = trained.version().metrics();
            var report = new JsonObject()
                    .put("as_of", trained.version().snapshots().getString("test"))
                    .put("learner", trained.version().learner())
                    .put("model", metrics.getJsonObject("test"))
                    .put("rules", metrics.getJsonObject("rules"));
            return new Tested(
                    trained.task(),
                    report,
                    trained.test().labels(),
                    trained.test().rules(),
                    trained.predictions(),
                    trained.watch(),
                    trained.watchByRules());
        }
    }

    private JsonObject report(ModelKind kind, List<Tested> tested, List<String> refusals) {
        var report = new JsonObject().put("kind", kind.name()).put("snapshots", tested.size());
        if (!refusals.isEmpty()) {
            report.put("refusals", new JsonArray(refusals));
        }
        if (tested.isEmpty()) {
            return report;
        }
        report.put("each", new JsonArray(tested.stream().map(Tested::report).toList()));
        var task = tested.get(0).task();
        if (task.classes() == 1) {
            var labels = Watch.joined(tested, Tested::labels);
            report.put("model", metrics(task, labels, Watch.joined(tested, Tested::predictions)))
                    .put("rules", metrics(task, labels, Watch.joined(tested, Tested::rules)));
            if (kind.leadDays() != null) {
                report.put("early_detection", earlyDetection(tested, Tested::watch))
                        .put("early_detection_by_rules", earlyDetection(tested, Tested::watchByRules));
            }
        }
        return report;
    }

    private JsonObject metrics(Task task, float[] labels, float[] predictions) {
        return trainer.toJson(Metrics.of(task, labels, predictions));
    }

    private JsonObject earlyDetection(List<Tested> tested, Function<Tested, Watch> which) {
        return trainer.toJson(
                EarlyDetection.of(Watch.of(tested.stream().map(which).toList())));
    }
}
