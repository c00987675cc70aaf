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

/** Scores a range of customers, and forgets the scores of those who were not there yet as of the run. */
@ApplicationScoped
class HealthStep implements RunStep {

    /** A score that was asked for after the instant of the run, of a customer whom no run has seen yet, is left. */
    private static final String RELEASE = """
            with gone as (
                delete from customer_health_scores
                where organization_id = $1 and customer_id between $2 and $3 and run_id is distinct from $4
                    and not (latest_run_id is null and analysis_date > $5)
                returning latest_run_churn_probability
            )
            select %1$s as level, count(*) as customers
            from gone
            where latest_run_churn_probability is not null
            group by 1""".formatted(HealthSql.level("latest_run_churn_probability"));

    private final Clock clock;

    HealthStep(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "health";
    }

    /** Yields how many customers were scored and, by level, how many were lost. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(HealthSql.SCORE_RANGE)
                .execute(HealthSql.parameters(part, clock.instant().atOffset(ZoneOffset.UTC)))
                .chain(scored -> release(connection, part)
                        .map(lost -> new JsonObject()
                                .put("scored", scored.rowCount())
                                .put("lost", lost)));
    }

    private static Uni<JsonObject> release(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery(RELEASE)
                .execute(Tuple.of(
                        part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId(), part.asOf()))
                .map(rows -> {
                    var lost = new JsonObject();
                    rows.forEach(row -> lost.put(row.getString("level"), row.getLong("customers")));
                    return lost;
                });
    }
}
