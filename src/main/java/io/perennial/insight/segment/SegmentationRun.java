package io.perennial.insight.segment;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.features.FeatureStep;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Segments every customer of an organization: features, breakpoints, segments. */
@ApplicationScoped
class SegmentationRun implements RunKind {

    static final String NAME = "segmentation";

    private final List<RunStep> steps;

    SegmentationRun(FeatureStep features, BreakpointStep breakpoints, AssignStep assign) {
        this.steps = List.of(features, breakpoints, assign);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        return connection
                .preparedQuery("""
                        select segment, count(*) as customers
                        from segment_assignments
                        where organization_id = $1
                        group by segment""")
                .execute(Tuple.of(part.organization()))
                .map(rows -> {
                    var segments = new JsonObject();
                    rows.forEach(row -> segments.put(row.getString("segment"), row.getLong("customers")));
                    var segmented = segments.stream()
                            .mapToLong(entry -> (Long) entry.getValue())
                            .sum();
                    return new JsonObject().put("segmented", segmented).put("segments", segments);
                });
    }
}
