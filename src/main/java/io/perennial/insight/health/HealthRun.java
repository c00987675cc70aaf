package io.perennial.insight.health;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;

import io.perennial.features.FeatureStep;
import io.perennial.insight.segment.BreakpointStep;
import io.perennial.models.predict.PredictStep;
import io.perennial.runs.HistoryStep;
import io.perennial.runs.RunKind;
import io.perennial.runs.RunPart;
import io.perennial.runs.RunStep;

/** Scores the health of every customer of an organization, and tells what has moved since the run before. */
@ApplicationScoped
class HealthRun implements RunKind {

    static final String NAME = "health";

    /** What became of the customers, by the levels before and now; null before for new ones, null now for lost ones. */
    private static final String MOVEMENT = """
            with compared as (
                select latest_run_health_score as score, previous_run_health_score as score_before,
                    %1$s as level, %2$s as level_before
                from customer_health_scores
                where organization_id = $1 and latest_run_id = $2
            )
            select level_before, level, count(*) as customers,
                count(*) filter (where score > score_before) as improved,
                count(*) filter (where score < score_before) as declined
            from compared
            group by level_before, level
            union all
            select lost.key, null, sum(lost.value::bigint)::bigint, 0, 0
            from run_partitions p
            cross join lateral jsonb_each_text(p.result -> 'lost') as lost
            where p.organization_id = $1 and p.run_id = $2
            group by lost.key
            order by level_before, level""".formatted(
                    HealthSql.level("latest_run_churn_probability"), HealthSql.level("previous_run_churn_probability"));

    private static final String SENTIMENT = """
            select coalesce(sum((result -> 'texts')::bigint), 0)::bigint as texts,
                bool_or(result ? 'sentiment_skipped') as skipped
            from run_partitions
            where organization_id = $1 and run_id = $2""";

    private final List<RunStep> steps;

    HealthRun(
            FeatureStep features,
            BreakpointStep breakpoints,
            PredictStep predict,
            SentimentStep sentiment,
            HealthStep health,
            HealthConfig config,
            Clock clock) {
        this.steps = List.of(
                features,
                breakpoints,
                predict,
                sentiment,
                health,
                new HistoryStep("customer_health_history", "analysis_date", config.historyDays(), clock));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<RunStep> steps() {
        return steps;
    }

    /** See {@link HealthScores.Movement} for what is in {@code movement}. */
    @Override
    public Uni<JsonObject> totals(SqlConnection connection, RunPart part) {
        var run = Tuple.of(part.organization(), part.runId());
        return connection
                .preparedQuery(MOVEMENT)
                .execute(run)
                .map(HealthRun::moved)
                .chain(totals -> connection
                        .preparedQuery(SENTIMENT)
                        .execute(run)
                        .map(rows -> {
                            var row = rows.iterator().next();
                            return totals.put("texts", row.getLong("texts"))
                                    .put("sentiment_skipped", Boolean.TRUE.equals(row.getBoolean("skipped")));
                        }));
    }

    private static JsonObject moved(Iterable<Row> rows) {
        var scored = 0L;
        var improved = 0L;
        var declined = 0L;
        var added = 0L;
        var lost = 0L;
        var levels = new JsonObject();
        var transitions = new JsonArray();
        for (var row : rows) {
            var before = row.getString("level_before");
            var level = row.getString("level");
            var customers = row.getLong("customers");
            improved += row.getLong("improved");
            declined += row.getLong("declined");
            if (level == null) {
                lost += customers;
            } else {
                scored += customers;
                levels.put(level, levels.getLong(level, 0L) + customers);
            }
            if (before == null) {
                added += customers;
            } else if (!before.equals(level)) {
                transitions.add(
                        new JsonObject().put("from", before).put("to", level).put("count", customers));
            }
        }
        return new JsonObject()
                .put("scored", scored)
                .put("levels", levels)
                .put(
                        "movement",
                        new JsonObject()
                                .put("improved", improved)
                                .put("declined", declined)
                                .put("unchanged", scored - added - improved - declined)
                                .put("new", added)
                                .put("lost", lost)
                                .put("transitions", transitions));
    }
}
