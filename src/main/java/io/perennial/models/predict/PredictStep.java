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
    private final Clock clock;

    PredictStep(ModelKinds kinds, Serving serving, Inference inference, Organizations organizations, Clock clock) {
        this.kinds = kinds;
        this.serving = serving;
        this.inference = inference;
        this.organizations = organizations;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "predict";
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return organizations
                .find(part.organization())
                .chain(organization -> Multi.createFrom()
                        .iterable(kinds.all())
                        .onItem()
                        .transformToUniAndConcatenate(kind -> predict(connection, part, organization, kind))
                        .collect()
                        .asList())
                .replaceWith((JsonObject) null);
    }

    private Uni<Void> predict(SqlConnection connection, RunPart part, Organization organization, ModelKind kind) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        var table = PredictionTable.of(kind);
        return serving.of(organization.id(), kind)
                .chain(choice -> choice.model() == null
                        ? Uni.createFrom().voidItem()
                        : score(connection, part, organization, kind, choice.model(), table, now))
                .chain(() -> table.forget(connection, part, now));
    }

    private Uni<Void> score(
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
                .replaceWithVoid()
                .onFailure(InferenceFailure.class)
                .invoke(failure -> LOG.warnf("Run %s goes on by the rules: %s", part.runId(), failure.getMessage()))
                .onFailure(InferenceFailure.class)
                .recoverWithNull();
    }
}
