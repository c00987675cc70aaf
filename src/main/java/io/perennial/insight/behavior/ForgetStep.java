package io.perennial.insight.behavior;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Keeps the history of analyses bounded: deletes what is older than {@link BehaviorConfig#historyDays()}. */
@ApplicationScoped
class ForgetStep implements RunStep {

    private final BehaviorConfig config;
    private final Clock clock;

    ForgetStep(BehaviorConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "forget";
    }

    @Override
    public boolean whole() {
        return true;
    }

    /** Counts from the instant of the run when that is in the past, so that analyses of then are kept as long. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        var from = part.asOf().isBefore(now) ? part.asOf() : now;
        return connection
                .preparedQuery("delete from behavior_history where organization_id = $1 and as_of < $2")
                .execute(Tuple.of(part.organization(), from.minusDays(config.historyDays())))
                .map(deleted -> new JsonObject().put("deleted", deleted.rowCount()));
    }
}
