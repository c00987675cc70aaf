package io.perennial.insight.health;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;

import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Keeps the history of health scores bounded: deletes what is older than {@link HealthConfig#historyDays()}. */
@ApplicationScoped
class HistoryStep implements RunStep {

    private final HealthConfig config;
    private final Clock clock;

    HistoryStep(HealthConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "history";
    }

    @Override
    public boolean whole() {
        return true;
    }

    /** Counts from the instant of the run when that is in the past, so that scores of then are kept as long. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        var from = part.asOf().isBefore(now) ? part.asOf() : now;
        return connection
                .preparedQuery("delete from customer_health_history where organization_id = $1 and analysis_date < $2")
                .execute(Tuple.of(part.organization(), from.minusDays(config.historyDays())))
                .map(deleted -> new JsonObject().put("deleted", deleted.rowCount()));
    }
}
