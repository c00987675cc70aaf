package io.perennial.models.predict;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jboss.logging.Logger;

import io.perennial.models.Engine;
import io.perennial.models.KindSql;
import io.perennial.models.ModelFeature;
import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.registry.ActiveModel;
import io.perennial.models.serve.BatchScoring;
import io.perennial.models.serve.Inference;
import io.perennial.models.serve.InferenceFailure;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;

/**
 * Has every active model score a range of customers by the features that the run has computed. Of whom no model says anything
 * there is no row afterwards, and who reads falls back to the rules.
 */
@ApplicationScoped
public class PredictStep implements RunStep {

    private static final Logger LOG = Logger.getLogger(PredictStep.class);

    private final ModelKinds kinds;
    private final Serving serving;
    private final Inference inference;
    private final Organizations organizations;
    private final Engine engine;
    private final Clock clock;

    PredictStep(
            ModelKinds kinds,
            Serving serving,
            Inference inference,
            Organizations organizations,
            Engine engine,
            Clock clock) {
        this.kinds = kinds;
        this.serving = serving;
        this.inference = inference;
        this.organizations = organizations;
        this.engine = engine;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "predict";
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return engine.whenReady()
                .onFailure()
                .recoverWithNull()
                .chain(() -> organizations.find(part.organization()))
                .chain(organization -> Multi.createFrom()
                        .iterable(kinds.all())
                        .onItem()
                        .transformToUniAndConcatenate(kind -> predict(connection, part, organization, kind))
                        .collect()
                        .in(JsonObject::new, JsonObject::mergeIn))
                .map(kinds -> new JsonObject().put("predictions", kinds));
    }

    /** Yields, by the name of the kind, how many customers were scored and, when not all that should have been, why. */
    private Uni<JsonObject> predict(SqlConnection connection, RunPart part, Organization organization, ModelKind kind) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        var table = PredictionTable.of(kind);
        return serving.of(organization.id(), kind)
                .chain(choice -> choice.model() == null
                        ? Uni.createFrom().item(new JsonObject().put("fallback", choice.fallback()))
                        : score(connection, part, organization, kind, choice.model(), table, now))
                .call(() ->
                        table.forget(connection, part.organization(), part.firstCustomer(), part.lastCustomer(), now))
                .map(outcome -> new JsonObject().put(kind.name(), outcome));
    }

    private Uni<JsonObject> score(
            SqlConnection connection,
            RunPart part,
            Organization organization,
            ModelKind kind,
            ActiveModel model,
            PredictionTable table,
            OffsetDateTime now) {
        var sql = new KindSql(organization, kind, model.choices());
        var scoring = new BatchScoring(
                sql.storedRows(),
                ModelFeature.schema(sql.features()),
                rows -> inference.predictBlock(model.version(), rows),
                (writing, customers, scores) -> table.write(
                        writing, part.organization(), model.version().label(), model.choices(), customers, scores, now),
                BatchScoring.BLOCK_SIZE);
        return scoring.score(
                        connection,
                        sql.storedParameters(part.firstCustomer(), part.lastCustomer(), part.asOf(), part.runId()))
                .map(scored -> new JsonObject()
                        .put("scored", scored)
                        .put("version", model.version().label()))
                .onFailure(InferenceFailure.class)
                .invoke(failure -> LOG.warnf("Run %s goes on by the rules: %s", part.runId(), failure.getMessage()))
                .onFailure(InferenceFailure.class)
                .recoverWithItem(failure -> new JsonObject().put("fallback", failure.getMessage()));
    }
}
