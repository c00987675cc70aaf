package io.perennial.insight.behavior;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.tenant.OrgType;

/**
 * Settles what an analysis goes by, so that it is the same for all of its parts: the industry, the thresholds and whether
 * it is the first as of its instant. The names of the metrics are kept with them, because the analyses have the numbers only.
 */
@ApplicationScoped
class ThresholdStep implements RunStep {

    static final String NAME = "thresholds";

    private static final String SETTLE = """
            select org_type, exists (
                select from runs
                where organization_id = $1 and kind = $2 and as_of = $3 and id <> $4) as again
            from organizations
            where id = $1""";

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

    /** Yields the {@code org_type}, the {@code thresholds} by the names of the signals, the {@code metrics} and {@code again}. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(SETTLE)
                .execute(Tuple.of(part.organization(), BehaviorRun.NAME, part.asOf(), part.runId()))
                .map(rows -> rows.iterator().next())
                .chain(row -> settle(connection, part, OrgType.of(row.getString("org_type")))
                        .map(settled -> settled.put("again", row.getBoolean("again"))));
    }

    private static Uni<JsonObject> settle(SqlConnection connection, RunPart part, OrgType type) {
        var profile = Profiles.of(type);
        var metrics = new JsonArray(profile.shown().stream().map(Metric::name).toList());
        return Thresholds.of(connection, part.organization(), profile)
                .map(thresholds -> new JsonObject()
                        .put("org_type", type.value())
                        .put("thresholds", thresholds)
                        .put("metrics", metrics));
    }
}
