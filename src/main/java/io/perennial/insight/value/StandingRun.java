package io.perennial.insight.value;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.perennial.features.FeatureStep;
import io.perennial.insight.lifecycle.StageStep;
import io.perennial.insight.segment.BreakpointStep;
import io.perennial.models.predict.PredictStep;
import io.perennial.platform.ProblemType;
import io.perennial.runs.HistoryStep;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/**
 * Says of every customer of an organization what they are worth and in which lifecycle stage they are. It is one run because
 * both need the same features and predictions, which cost most of it, and because both are then of the same instant: whoever
 * chooses an offer by value and stage never sees one of them a day older than the other.
 */
@ApplicationScoped
class StandingRun implements RunKind {

    static final String NAME = StageStep.RUN;

    /** By how much the clocks of callers may be ahead, or their days. */
    private static final Duration AHEAD = Duration.ofDays(1);

    private final List<RunStep> steps;
    private final Clock clock;

    StandingRun(
            FeatureStep features,
            BreakpointStep breakpoints,
            PredictStep predict,
            ValueBreakpointStep valueBreakpoints,
            ValueStep value,
            StageStep stages,
            StandingConfig config,
            Clock clock) {
        this.clock = clock;
        this.steps = List.of(
                features,
                breakpoints,
                predict,
                valueBreakpoints,
                value,
                stages,
                new HistoryStep("value_history", "exited_at", config.historyDays(), clock),
                new HistoryStep("lifecycle_history", "exited_at", config.historyDays(), clock));
    }

    @Override
    public String name() {
        return NAME;
    }

    /** Nobody would leave a segment or a stage any more until an instant that was far ahead by mistake. */
    @Override
    public void check(Instant asOf) {
        if (asOf.isAfter(clock.instant().plus(AHEAD))) {
            throw ProblemType.INVALID_REQUEST.problem("as_of must not lie in the future");
        }
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    /** How many customers are in each value segment and in each stage. */
    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("""
                        select 'value_segments' as what, value_segment as name, count(*) as customers
                        from customer_value
                        where organization_id = $1
                        group by value_segment
                        union all
                        select 'stages', stage, count(*)
                        from customer_lifecycle
                        where organization_id = $1
                        group by stage""")
                .execute(Tuple.of(part.organization()))
                .map(rows -> {
                    var totals = new JsonObject()
                            .put("customers", 0L)
                            .put("value_segments", new JsonObject())
                            .put("stages", new JsonObject());
                    rows.forEach(row -> {
                        var customers = row.getLong("customers");
                        totals.getJsonObject(row.getString("what")).put(row.getString("name"), customers);
                        if (row.getString("what").equals("stages")) {
                            totals.put("customers", totals.getLong("customers") + customers);
                        }
                    });
                    return totals;
                });
    }
}
