package io.perennial.insight.value;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.insight.segment.Percentiles;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Finds the breakpoints that turn a predicted lifetime value into its percentile within the organization. */
@ApplicationScoped
class ValueBreakpointStep implements RunStep {

    static final String NAME = "value_breakpoints";

    static final String METRIC = "predicted_ltv";

    private static final String FIND = Percentiles.sql(
            "select '%s' as name, predicted_ltv::float8 as value from (%s) predicted"
                    .formatted(METRIC, PredictedValue.SELECT),
            "");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean whole() {
        return true;
    }

    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        return Percentiles.find(
                connection,
                FIND,
                Tuple.of(part.organization(), part.firstCustomer(), part.lastCustomer(), part.runId()));
    }
}
