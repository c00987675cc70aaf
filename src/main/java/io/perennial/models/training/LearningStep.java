package io.perennial.models.training;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;

import io.perennial.models.Engine;
import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;

/** A step that has models of one kind learn from a whole organization, once the engine is ready or will never be. */
abstract class LearningStep implements RunStep {

    /** Reading takes seconds, learning minutes, and the transaction waits for it. */
    private static final String PATIENCE = "set local idle_in_transaction_session_timeout = '2h'";

    private final ModelKinds kinds;
    private final Organizations organizations;
    private final Engine engine;

    LearningStep(ModelKinds kinds, Organizations organizations, Engine engine) {
        this.kinds = kinds;
        this.organizations = organizations;
        this.engine = engine;
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
        return connection
                .query(PATIENCE)
                .execute()
                .chain(() -> engine.whenReady().onFailure().recoverWithNull())
                .chain(() -> organizations.find(part.organization()))
                .chain(organization -> learn(connection, part, organization, kind));
    }

    abstract Uni<JsonObject> learn(SqlConnection connection, RunPart part, Organization organization, ModelKind kind);
}
