package io.perennial.insight.behavior;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.tenant.OrgType;

/** Settles what an analysis goes by, so that it is the same for all of its parts: the industry and the thresholds. */
@ApplicationScoped
class ThresholdStep implements RunStep {

    static final String NAME = "thresholds";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public boolean writesAboutCustomers() {
        return false;
    }

    /** Yields the {@code org_type} and the {@code thresholds} by the names of the signals. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("select org_type from organizations where id = $1")
                .execute(Tuple.of(part.organization()))
                .map(rows -> OrgType.of(rows.iterator().next().getString("org_type")))
                .chain(type -> Thresholds.of(connection, part.organization(), Profiles.of(type))
                        .map(thresholds ->
                                new JsonObject().put("org_type", type.value()).put("thresholds", thresholds)));
    }
}
