package io.perennial.insight.behavior;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Collectors;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;
import io.perennial.tenant.OrgType;

/** Analyzes a range of customers, and forgets what an earlier run said of those whom this one does not analyze. */
@ApplicationScoped
class AnalyzeStep implements RunStep {

    private static final Map<OrgType, BehaviorSql> STATEMENTS =
            Profiles.ALL.stream().collect(Collectors.toMap(Profile::type, BehaviorSql::new));

    private static final String FORGET = """
            delete from behavior_analysis
            where organization_id = $1 and customer_id between $2 and $3 and run_id <> $4""";

    private final Clock clock;

    AnalyzeStep(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "analyze";
    }

    /** Yields how many customers were analyzed, how many were silent, and the first of these. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var settled = part.results().getJsonObject(ThresholdStep.NAME);
        var sql = STATEMENTS.get(OrgType.of(settled.getString("org_type")));
        return connection
                .preparedQuery(sql.statement(settled.getBoolean("again")))
                .execute(sql.parameters(
                        part,
                        settled.getJsonObject("thresholds"),
                        clock.instant().atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.iterator().next())
                .map(row -> new JsonObject()
                        .put("analyzed", row.getLong("analyzed"))
                        .put("silent", row.getLong("silent"))
                        .put("silent_customers", row.getValue("silent_customers")))
                .call(() -> forgetOthers(connection, part));
    }

    private static Uni<Void> forgetOthers(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(FORGET)
                .execute(Tuple.of(part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId()))
                .replaceWithVoid();
    }
}
