package io.perennial.offers.next;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.json.JsonObject;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.perennial.models.learn.BinaryMetrics;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Metrics;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.ModelFitting;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.TabularNetwork;
import io.perennial.models.learn.Task;
import io.perennial.models.registry.TrainedVersion;
import io.perennial.models.serve.ModelVersion;
import io.perennial.offers.Offer;
import io.perennial.offers.next.AcceptanceModel.Version;
import io.perennial.offers.policy.PolicyValue;

/**
 * Learns from past decisions how likely customers accept offers. The older 60 % of them are learned from, the next 20 % tell
 * when to stop, and by the newest 20 % the model is tested and the policy that it would be is judged.
 */
@ApplicationScoped
class OfferTrainer {

    /** How often the network learns. */
    private static final int FITS = 2;

    private static final double LEARNED = 0.6;
    private static final double TESTED = 0.2;

    private final OfferPolicyConfig config;
    private final ExecutorService executor;

    OfferTrainer(OfferPolicyConfig config) {
        this.config = config;
        this.executor = Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(work, "offer-training");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            return thread;
        });
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }

    /** What a training has come to: a version and whether it may answer, or why there is none. */
    record Trained(TrainedVersion version, boolean mayAnswer, String reason, PolicyValue logging, PolicyValue policy) {

        static Trained refused(String reason, Object... arguments) {
            return new Trained(null, false, reason.formatted(arguments), null, null);
        }
    }

    /**
     * Learns, on a thread of its own.
     *
     * @param decisions in the order of time
     * @param offers the active ones
     */
    Uni<Trained> train(UUID organization, List<PastDecision> decisions, Map<Integer, Offer> offers) {
        return Uni.createFrom()
                .item(() -> fit(organization, decisions, offers))
                .runSubscriptionOn(executor)
                .emitOn(Infrastructure.getDefaultExecutor());
    }

    private Trained fit(UUID organization, List<PastDecision> all, Map<Integer, Offer> offers) {
        var decisions = all.stream()
                .filter(decision -> offers.containsKey(decision.offer()))
                .toList();
        if (decisions.size() < config.trainingMinimum()) {
            return Trained.refused(
                    "There are %d decisions that are over, and it takes %d",
                    decisions.size(), config.trainingMinimum());
        }
        var first = (int) (decisions.size() * LEARNED);
        var last = (int) (decisions.size() * (1 - TESTED));
        var training = decisions.subList(0, first);
        var validation = newestOfEach(decisions.subList(first, last));
        var test = decisions.subList(last, decisions.size());
        for (var part : List.of(training, validation, test)) {
            var accepted = part.stream().filter(PastDecision::accepted).count();
            var needed = part == training ? config.trainingMinimumAccepted() : config.trainingMinimumAccepted() / 5;
            if (accepted < needed || part.size() - accepted < needed) {
                return Trained.refused(
                        "Of %d decisions %d were accepted, and it takes %d that were and %d that were not",
                        part.size(), accepted, needed, needed);
            }
        }
        var learned = offers.values().stream()
                .filter(offer -> training.stream().anyMatch(decision -> decision.offer() == offer.offerId()))
                .toList();
        return fit(organization, OfferSchema.of(learned), training, validation, test, offers);
    }

    /** No row that is learned from may tell of another one. */
    private static List<PastDecision> newestOfEach(List<PastDecision> decisions) {
        Map<UUID, PastDecision> newest = new LinkedHashMap<>();
        decisions.forEach(decision -> newest.put(decision.customer(), decision));
        return List.copyOf(newest.values());
    }

    private Trained fit(
            UUID organization,
            OfferSchema schema,
            List<PastDecision> training,
            List<PastDecision> validation,
            List<PastDecision> test,
            Map<Integer, Offer> offers) {
        var task = Task.of(Objective.BINARY, schema.features());
        var fitted = new ModelFitting(List.of(new TabularNetwork()), FITS)
                .fit(task, rows(schema, training, offers), rows(schema, validation, offers), config.seed());
        try (var model = fitted.model()) {
            var popularity = popularity(training);
            var judge = new PolicyJudge(
                    test,
                    offers,
                    PolicyJudge.Reward.ACCEPTANCE,
                    new PolicyValue.Limits(config.evaluationMinimum(), config.evaluationUnsupported()));
            var logging = judge.ofTheLog();
            var policy = judge.model(
                    AcceptanceModel.KIND,
                    acceptances(model, organization, schema, popularity, judge),
                    new Exploration(config.exploration(), config.evenShare()));
            var labelled = rows(schema, test, offers);
            var metrics = metrics(task, labelled.labels(), model.predict(labelled.rows()));
            var byPopularity = metrics(task, labelled.labels(), popular(popularity, test));
            var report = new JsonObject()
                    .put(
                            "rows",
                            new JsonObject()
                                    .put("training", training.size())
                                    .put("validation", validation.size())
                                    .put("test", test.size()))
                    .put("test", metrics)
                    .put("rules", byPopularity);
            var version = new TrainedVersion(
                    model.learner(),
                    schema.names(),
                    schema.offers(),
                    model.toBytes(),
                    report,
                    new JsonObject(),
                    snapshots(training, validation, test));
            var refusal = refusal(logging, policy);
            return new Trained(version, refusal == null, refusal, logging, policy);
        }
    }

    /** Why the new policy may not answer, or null. */
    private String refusal(PolicyValue logging, PolicyValue policy) {
        if (!policy.conclusive() || !logging.conclusive()) {
            return policy.conclusive() ? logging.reason() : policy.reason();
        }
        var floor = logging.doublyRobust().value() - config.activationMargin();
        return policy.doublyRobust().lower() >= floor
                ? null
                : "It may accept as few as %.4f, and the policy of the log has %.4f"
                        .formatted(
                                policy.doublyRobust().lower(),
                                logging.doublyRobust().value());
    }

    private static List<Acceptance> acceptances(
            Model model, UUID organization, OfferSchema schema, Popularity popularity, PolicyJudge judge) {
        var questions = judge.questions();
        var rows = AcceptanceModel.rows(schema, questions);
        var count = rows.length / schema.features().size();
        var predictions = model.predictByMember(new Rows(schema.features(), count, rows));
        var version = new Version(new ModelVersion(organization, AcceptanceModel.KIND, 0), schema);
        return AcceptanceModel.acceptances(version, popularity, questions, predictions, predictions.length / count);
    }

    private Popularity popularity(List<PastDecision> decisions) {
        var counts = new HashMap<Integer, Popularity.Count>();
        for (var decision : decisions) {
            counts.merge(
                    decision.offer(),
                    new Popularity.Count(decision.accepted() ? 1 : 0, 1),
                    (a, b) -> new Popularity.Count(a.accepted() + b.accepted(), a.made() + b.made()));
        }
        return new Popularity(counts, config.priorAccepted(), config.priorNotAccepted(), config.seed());
    }

    private static float[] popular(Popularity popularity, List<PastDecision> decisions) {
        var predictions = new float[decisions.size()];
        for (var i = 0; i < predictions.length; i++) {
            predictions[i] = (float) popularity.mean(decisions.get(i).offer());
        }
        return predictions;
    }

    private static JsonObject metrics(Task task, float[] labels, float[] predictions) {
        var metrics = (BinaryMetrics) Metrics.of(task, labels, predictions);
        return new JsonObject()
                .put("auc", metrics.auc())
                .put("log_loss", metrics.logLoss())
                .put("expected_calibration_error", metrics.expectedCalibrationError())
                .put("prevalence", metrics.prevalence());
    }

    private static JsonObject snapshots(
            List<PastDecision> training, List<PastDecision> validation, List<PastDecision> test) {
        return new JsonObject()
                .put("training", latest(training))
                .put("validation", latest(validation))
                .put("test", latest(test));
    }

    private static String latest(List<PastDecision> decisions) {
        return decisions.stream()
                .map(PastDecision::decidedAt)
                .max((a, b) -> a.compareTo(b))
                .orElseThrow()
                .toInstant()
                .toString();
    }

    private static LabelledRows rows(OfferSchema schema, List<PastDecision> decisions, Map<Integer, Offer> offers) {
        var values = new float[decisions.size() * schema.features().size()];
        var labels = new float[decisions.size()];
        for (var i = 0; i < labels.length; i++) {
            var decision = decisions.get(i);
            schema.fill(values, i, decision.features(), decision.offer(offers));
            labels[i] = decision.accepted() ? 1 : 0;
        }
        return new LabelledRows(new Rows(schema.features(), labels.length, values), labels);
    }
}
