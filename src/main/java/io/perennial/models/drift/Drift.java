package io.perennial.models.drift;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.models.KindSql;
import io.perennial.models.ModelFeature;
import io.perennial.models.ModelKind;
import io.perennial.models.drift.DriftReport.FeatureDrift;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.registry.ActiveModel;
import io.perennial.models.registry.ModelVersions;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.InferenceFailure;
import io.perennial.models.training.Distribution;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** Compares the customers of today with those that a model was tested on, by their features and what is predicted of them. */
@ApplicationScoped
public class Drift {

    private static final UUID FIRST = new UUID(0, 0);
    private static final int IN_POPULATION = 1;
    private static final int FIRST_FEATURE = 2;

    private final ModelVersions versions;
    private final Inference inference;
    private final TenantDatabase database;
    private final DriftConfig config;

    Drift(ModelVersions versions, Inference inference, TenantDatabase database, DriftConfig config) {
        this.versions = versions;
        this.inference = inference;
        this.database = database;
        this.config = config;
    }

    /** Of the active version of a kind; fails with {@link ProblemType#UNKNOWN_MODEL} when there is none. */
    public Uni<DriftReport> of(Organization organization, ModelKind kind, Instant asOf) {
        return versions.active(organization.id()).chain(active -> {
            var model = active.get(kind.name());
            if (model == null) {
                throw ProblemType.UNKNOWN_MODEL.problem("No version of %s is active", kind.name());
            }
            var names = kind.features(model.choices()).stream()
                    .map(ModelFeature::name)
                    .toList();
            if (!names.equals(model.features())) {
                return Uni.createFrom()
                        .item(new DriftReport(
                                model.version().label(), asOf, 0, null, List.of(), true, config.threshold()));
            }
            return versions.reference(model.version())
                    .chain(reference -> rows(organization, kind, model, asOf)
                            .chain(rows -> predictions(kind, model, rows)
                                    .map(predictions -> report(kind, model, reference, rows, predictions, asOf))));
        });
    }

    /** A fair share of the customers, whose ids are evenly spread. */
    private Uni<Rows> rows(Organization organization, ModelKind kind, ActiveModel model, Instant asOf) {
        var sql = new KindSql(organization, kind, model.choices());
        var schema = ModelFeature.schema(sql.features());
        return last(organization)
                .chain(last -> database.query(
                        organization.id(),
                        sql.presentRows(),
                        sql.parameters(FIRST, last, asOf.atOffset(ZoneOffset.UTC))))
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(rows -> rows(schema, rows));
    }

    private Uni<UUID> last(Organization organization) {
        return database.query(organization.id(), """
                        select customer_id from customers
                        where organization_id = $1
                        order by customer_id
                        offset $2 limit 1""", Tuple.of(organization.id(), config.customers()))
                .map(rows -> rows.size() == 0
                        ? new UUID(-1, -1)
                        : rows.iterator().next().getUUID(0));
    }

    private static Rows rows(FeatureSchema schema, RowSet<Row> found) {
        var some = StreamSupport.stream(found.spliterator(), false)
                .filter(row -> row.getBoolean(IN_POPULATION))
                .toList();
        var values = new float[some.size() * schema.size()];
        for (var i = 0; i < values.length; i++) {
            var value = some.get(i / schema.size()).getFloat(FIRST_FEATURE + i % schema.size());
            values[i] = value == null ? Float.NaN : value;
        }
        return new Rows(schema, some.size(), values);
    }

    /** Yields null for a kind that chooses, and when the model does not answer. */
    private Uni<float[]> predictions(ModelKind kind, ActiveModel model, Rows rows) {
        return kind.objective() == Objective.MULTICLASS || rows.count() == 0
                ? Uni.createFrom().nullItem()
                : inference
                        .predictBlock(model.version(), rows)
                        .onFailure(InferenceFailure.class)
                        .recoverWithNull()
                        .emitOn(Infrastructure.getDefaultWorkerPool());
    }

    private DriftReport report(
            ModelKind kind, ActiveModel model, JsonObject reference, Rows rows, float[] predictions, Instant asOf) {
        var features = new ArrayList<FeatureDrift>();
        for (var i = 0; i < model.features().size() && rows.count() > 0; i++) {
            var name = model.features().get(i);
            var before = reference.getJsonObject("features").getJsonObject(name);
            features.add(new FeatureDrift(name, distribution(before).stabilityIndex(Distribution.column(rows, i))));
        }
        features.sort(Comparator.comparingDouble(feature -> -feature.index()));
        var prediction = predictions == null
                ? null
                : distribution(reference.getJsonObject("prediction")).stabilityIndex(predictions);
        var threshold = config.threshold() + byChance(reference.getInteger("rows"), rows.count());
        // Otherwise the model was tested on some of the population only, who may always have been different.
        var comparable = !kind.labelOtherwise().equals("null");
        var past =
                features.stream().filter(feature -> feature.index() > threshold).count();
        return new DriftReport(
                model.version().label(),
                asOf,
                rows.count(),
                prediction,
                List.copyOf(features),
                comparable && ((prediction != null && prediction > threshold) || past > features.size() / 2),
                threshold);
    }

    /** The index that two samples of one population have on average, with ten bins: it follows a chi-squared distribution. */
    private static double byChance(int before, int today) {
        return today == 0 ? 0 : 9.0 / before + 9.0 / today;
    }

    private static Distribution distribution(JsonObject json) {
        return new Distribution(doubles(json, "breaks"), doubles(json, "shares"));
    }

    private static double[] doubles(JsonObject json, String name) {
        return json.getJsonArray(name).stream()
                .mapToDouble(value -> ((Number) value).doubleValue())
                .toArray();
    }
}
