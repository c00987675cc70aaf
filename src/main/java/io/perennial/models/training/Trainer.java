package io.perennial.models.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

import io.perennial.models.KindSql;
import io.perennial.models.Learners;
import io.perennial.models.ModelKind;
import io.perennial.models.learn.BinaryMetrics;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.Metrics;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.ModelFitting;
import io.perennial.models.learn.MulticlassMetrics;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.RegressionMetrics;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.Task;
import io.perennial.models.registry.TrainedVersion;
import io.perennial.tenant.Organization;

/**
 * Trains a model on an organization's own history: reads what was known of the customers as of several instants and what
 * became of them after, learns from the older of these, validates on a newer one, and tests on the newest.
 */
@ApplicationScoped
@RegisterForReflection(
        targets = {
            BinaryMetrics.class,
            RegressionMetrics.class,
            MulticlassMetrics.class,
            ModelFitting.Candidate.class,
            EarlyDetection.class,
            Distribution.class
        })
class Trainer {

    private static final Logger LOG = Logger.getLogger(Trainer.class);

    private static final int CLASSES_AT_LEAST = 2;
    private static final int IMPORTANT_FEATURES = 10;
    private static final int EXPLAINED_ROWS = 200;

    private final TrainingConfig config;
    private final Learners learners;
    private final ObjectMapper json;
    private final ExecutorService executor;

    Trainer(TrainingConfig config, Learners learners, ObjectMapper json) {
        this.config = config;
        this.learners = learners;
        this.json = json;
        this.executor = Executors.newSingleThreadExecutor(work -> {
            var thread = new Thread(work, "training");
            thread.setDaemon(true);
            thread.setPriority(Thread.MIN_PRIORITY);
            return thread;
        });
    }

    @PreDestroy
    void stop() {
        executor.shutdownNow();
    }

    /**
     * What a training leaves.
     *
     * @param test the rows that it was tested on
     * @param predictions of them
     * @param loss of them
     * @param rulesLoss of what the rules say of them
     * @param watch of its predictions; null for a kind that nobody is found early by
     * @param watchByRules the same of the rules
     */
    record Trained(
            TrainedVersion version,
            Task task,
            Sample test,
            float[] predictions,
            double loss,
            double rulesLoss,
            Watch watch,
            Watch watchByRules) {

        /** The instant that the test rows are as of. */
        Instant testedAt() {
            return Instant.parse(version.snapshots().getString("test"));
        }
    }

    /**
     * Trains.
     *
     * @param connection in a transaction of the organization
     * @param asOf nothing later is looked at
     * @return fails with a {@link TrainingRefusal} when there is nothing to be learned
     */
    Uni<Trained> train(SqlConnection connection, Organization organization, ModelKind kind, OffsetDateTime asOf) {
        return span(connection, organization, asOf)
                .map(span -> Snapshots.plan(span.first(), span.last(), kind.windowDays(organization), config))
                .chain(snapshots -> choices(connection, organization, kind, snapshots)
                        .chain(choices -> read(connection, organization, kind, choices, snapshots)))
                .chain(read -> compute(() -> fit(kind, read)));
    }

    /** Everything there is to learn from. */
    private record Read(
            List<String> choices,
            FeatureSchema schema,
            Snapshots snapshots,
            Sample training,
            Sample validation,
            Sample test,
            List<Sample> watched) {}

    private record Span(OffsetDateTime first, OffsetDateTime last) {}

    private Uni<Span> span(SqlConnection connection, Organization organization, OffsetDateTime asOf) {
        return connection
                .preparedQuery("""
                        select min(occurred_at) as first, max(occurred_at) as last
                        from transactions
                        where organization_id = $1 and occurred_at <= $2 and status = 'completed'""")
                .execute(Tuple.of(organization.id(), asOf))
                .map(rows -> rows.iterator().next())
                .map(row -> {
                    if (row.getValue("first") == null) {
                        throw new TrainingRefusal("There are no completed transactions up to %s", asOf.toInstant());
                    }
                    return new Span(row.getOffsetDateTime("first"), row.getOffsetDateTime("last"));
                });
    }

    private Uni<List<String>> choices(
            SqlConnection connection, Organization organization, ModelKind kind, Snapshots snapshots) {
        if (kind.choices() == null) {
            return Uni.createFrom().item(List.of());
        }
        return connection
                .preparedQuery(KindSql.choices(kind))
                .execute(Tuple.of(organization.id(), snapshots.validation()))
                .map(rows -> {
                    var choices = new ArrayList<String>();
                    for (Row row : rows) {
                        choices.add(row.getString(0));
                    }
                    if (choices.size() < CLASSES_AT_LEAST) {
                        throw new TrainingRefusal(
                                "There is nothing to choose from: %d products in transactions", choices.size());
                    }
                    return choices;
                });
    }

    private Uni<Read> read(
            SqlConnection connection,
            Organization organization,
            ModelKind kind,
            List<String> choices,
            Snapshots snapshots) {
        return customers(connection, organization).chain(customers -> {
            var rows = (double) Math.max(1, customers) * snapshots.training().size();
            var sql = new KindSql(organization, kind, choices);
            var reader = new SampleReader(connection, sql, Math.min(1, config.maxRows() / rows));
            var watching = new SampleReader(
                    connection, sql, Math.min(1, (double) config.watchedCustomers() / Math.max(1, customers)));
            var watched = kind.leadDays() == null
                    ? List.<OffsetDateTime>of()
                    : snapshots.watched(kind.windowDays(organization));
            return reader.readAll(snapshots.training())
                    .chain(training -> reader.read(snapshots.validation())
                            .chain(validation -> reader.read(snapshots.test())
                                    .chain(test -> watching.readEach(watched)
                                            .map(weeks -> new Read(
                                                    choices,
                                                    reader.schema(),
                                                    snapshots,
                                                    training,
                                                    validation,
                                                    test,
                                                    weeks)))))
                    .invoke(read -> check(kind, read));
        });
    }

    private static Uni<Long> customers(SqlConnection connection, Organization organization) {
        return connection
                .preparedQuery("select count(*) from customers where organization_id = $1")
                .execute(Tuple.of(organization.id()))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    private void check(ModelKind kind, Read read) {
        check(kind, read.training(), "learn from", 1);
        check(kind, read.validation(), "validate with", 5);
        check(kind, read.test(), "test with", 5);
    }

    private void check(ModelKind kind, Sample sample, String purpose, int share) {
        var needed = config.minRows() / share;
        if (sample.count() < needed) {
            throw new TrainingRefusal(
                    "Too few customers: there are %d rows to %s, and it takes %d", sample.count(), purpose, needed);
        }
        if (kind.objective() == Objective.BINARY) {
            var ofEach = config.minRowsOfEachOutcome() / share;
            var happened = sample.labelled(1);
            if (happened < ofEach || sample.count() - happened < ofEach) {
                throw new TrainingRefusal(
                        "One outcome is too rare: of %d rows to %s it happened in %d, and it takes %d that it happened in and"
                                + " %d that it did not",
                        sample.count(), purpose, happened, ofEach, ofEach);
            }
        } else if (sample.labelled(sample.labels()[0]) == sample.count()) {
            throw new TrainingRefusal("All %d rows to %s have the same outcome", sample.count(), purpose);
        }
    }

    private Trained fit(ModelKind kind, Read read) {
        var task = new Task(
                kind.objective(),
                read.schema(),
                read.choices().isEmpty() ? 1 : read.choices().size());
        var fitted = new ModelFitting(learners.usable(), config.fits())
                .fit(task, read.training().rows(), read.validation().rows(), config.seed());
        try (var model = fitted.model()) {
            var test = read.test();
            var predictions = model.predict(test.rows().rows());
            var metrics = Metrics.of(task, test.labels(), predictions);
            var rules = Metrics.of(task, test.labels(), rules(task, read.training(), test));
            var report = new JsonObject()
                    .put(
                            "rows",
                            new JsonObject()
                                    .put("training", read.training().count())
                                    .put("validation", read.validation().count())
                                    .put("test", test.count()))
                    .put("test", toJson(metrics))
                    .put("rules", toJson(rules))
                    .put("validation", candidates(fitted.candidates()));
            var watch = kind.leadDays() == null
                    ? null
                    : Watch.of(
                            read.watched(),
                            sample -> model.predict(sample.rows().rows()));
            if (watch != null) {
                report.put("early_detection", toJson(EarlyDetection.of(watch)));
            }
            if (task.classes() == 1) {
                report.put("importance", importance(model, test));
            }
            var version = new TrainedVersion(
                    model.learner(),
                    read.schema().features().stream()
                            .map(FeatureSchema.Feature::name)
                            .toList(),
                    read.choices(),
                    model.toBytes(),
                    report,
                    reference(read, task, predictions),
                    read.snapshots().toJson());
            return new Trained(
                    version, task, test, predictions, metrics.loss(), rules.loss(), watch, watchedByRules(read));
        }
    }

    private static Watch watchedByRules(Read read) {
        return read.watched().isEmpty() ? null : Watch.of(read.watched(), Sample::rules);
    }

    /** The loss of another version on the same rows; NaN when it cannot score them. */
    Uni<Double> loss(byte[] artifact, Trained against) {
        return Uni.createFrom()
                .item(() -> {
                    try (var model = Model.read(artifact, Learners.ALL)) {
                        return Metrics.of(
                                        against.task(),
                                        against.test().labels(),
                                        model.predict(against.test().rows().rows()))
                                .loss();
                    } catch (RuntimeException | LinkageError e) {
                        LOG.warnf("The version before cannot be compared with: %s", e.getMessage());
                        return Double.NaN;
                    }
                })
                .runSubscriptionOn(executor);
    }

    /** What would be predicted without a model; of a kind that chooses, how often each was chosen, once more than it was. */
    private static float[] rules(Task task, Sample training, Sample test) {
        if (task.objective() != Objective.MULTICLASS) {
            return test.rules();
        }
        var shares = new float[test.count() * task.classes()];
        for (var choice = 0; choice < task.classes(); choice++) {
            var share = (training.labelled(choice) + 1f) / (training.count() + task.classes());
            for (var i = choice; i < shares.length; i += task.classes()) {
                shares[i] = share;
            }
        }
        return shares;
    }

    /** Does what takes a processor for a while. */
    <T> Uni<T> compute(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(executor);
    }

    private JsonArray candidates(List<ModelFitting.Candidate> candidates) {
        var all = new JsonArray();
        candidates.forEach(candidate -> all.add(toJson(candidate)));
        return all;
    }

    /** The features that move the score most: mean size of their contributions over some rows. */
    private static JsonArray importance(Model model, Sample test) {
        var rows = Math.min(EXPLAINED_ROWS, test.count());
        var schema = test.rows().rows().schema();
        var some = new Rows(schema, rows, Arrays.copyOf(test.rows().rows().values(), rows * schema.size()));
        var contributions = model.explain(some);
        var sizes = new double[schema.size()];
        for (var i = 0; i < contributions.length; i++) {
            var feature = i % (schema.size() + 1);
            if (feature < schema.size()) {
                sizes[feature] += Math.abs(contributions[i]) / rows;
            }
        }
        var important = new JsonArray();
        IntStream.range(0, sizes.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -sizes[i]))
                .limit(IMPORTANT_FEATURES)
                .forEach(i -> important.add(new JsonObject()
                        .put("feature", schema.features().get(i).name())
                        .put("contribution", sizes[i])));
        return important;
    }

    private JsonObject reference(Read read, Task task, float[] predictions) {
        var features = new JsonObject();
        var rows = read.test().rows().rows();
        for (var i = 0; i < read.schema().size(); i++) {
            features.put(read.schema().features().get(i).name(), toJson(Distribution.of(Distribution.column(rows, i))));
        }
        var reference = new JsonObject().put("rows", rows.count()).put("features", features);
        return task.classes() == 1 ? reference.put("prediction", toJson(Distribution.of(predictions))) : reference;
    }

    JsonObject toJson(Object value) {
        try {
            return new JsonObject(json.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
