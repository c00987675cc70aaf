package io.perennial.models.training;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.learn.Metrics;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.tenant.Organizations;

/**
 * Says how good models would have been: trains one for each of several instants of the past, from what was known then, and
 * compares what it would have predicted with what became of it. Nothing of it is kept or served.
 */
@ApplicationScoped
class BacktestStep implements RunStep {

    private static final String PATIENCE = "set local idle_in_transaction_session_timeout = '2h'";

    private final ModelKinds kinds;
    private final Organizations organizations;
    private final Trainer trainer;
    private final TrainingConfig config;

    BacktestStep(ModelKinds kinds, Organizations organizations, Trainer trainer, TrainingConfig config) {
        this.kinds = kinds;
        this.organizations = organizations;
        this.trainer = trainer;
        this.config = config;
    }

    @Override
    public String name() {
        return "backtest";
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public boolean writesAboutCustomers() {
        return false;
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var kind = kinds.named(part.parameters().getString("kind"));
        var refusals = new ArrayList<String>();
        return connection
                .query(PATIENCE)
                .execute()
                .chain(() -> organizations.find(part.organization()))
                .chain(organization -> Multi.createFrom()
                        .range(0, part.parameters().getInteger("snapshots"))
                        .onItem()
                        .transformToUniAndConcatenate(back -> trainer.train(
                                        connection,
                                        organization,
                                        kind,
                                        part.asOf().minusDays((long) back * config.snapshotSpacingDays()))
                                .onFailure(TrainingRefusal.class)
                                .invoke(refusal -> refusals.add(refusal.getMessage()))
                                .onFailure(TrainingRefusal.class)
                                .recoverWithNull())
                        .collect()
                        .asList())
                .map(trained -> report(kind, trained, refusals));
    }

    private JsonObject report(ModelKind kind, List<Trainer.Trained> trained, List<String> refusals) {
        var report = new JsonObject().put("kind", kind.name()).put("snapshots", trained.size());
        if (!refusals.isEmpty()) {
            report.put("refusals", new JsonArray(refusals));
        }
        if (trained.isEmpty()) {
            return report;
        }
        var each = new JsonArray();
        for (var one : trained) {
            each.add(new JsonObject()
                    .put("as_of", one.version().snapshots().getString("test"))
                    .put("learner", one.version().learner())
                    .put("model", one.version().metrics().getJsonObject("test"))
                    .put("rules", one.version().metrics().getJsonObject("rules")));
        }
        report.put("each", each);
        var task = trained.get(0).task();
        if (task.classes() == 1) {
            var test = Sample.of(
                    task.schema(), trained.stream().map(Trainer.Trained::test).toList());
            var predictions = joined(trained);
            report.put("model", trainer.toJson(Metrics.of(task, test.labels(), predictions)))
                    .put("rules", trainer.toJson(Metrics.of(task, test.labels(), test.rules())));
            if (kind.leadDays() != null) {
                report.put(
                                "early_detection",
                                trainer.toJson(EarlyDetection.of(predictions, test.labels(), test.leadDays())))
                        .put(
                                "early_detection_by_rules",
                                trainer.toJson(EarlyDetection.of(test.rules(), test.labels(), test.leadDays())));
            }
        }
        return report;
    }

    private static float[] joined(List<Trainer.Trained> trained) {
        var joined = new float
                [trained.stream().mapToInt(one -> one.predictions().length).sum()];
        var at = 0;
        for (var one : trained) {
            System.arraycopy(one.predictions(), 0, joined, at, one.predictions().length);
            at += one.predictions().length;
        }
        return joined;
    }
}
