package io.perennial.runs;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Clock;
import java.time.ZoneOffset;

/** Keeps a history bounded: deletes what is older than some days. */
public final class HistoryStep implements RunStep {

    private final String table;
    private final String delete;
    private final int days;
    private final Clock clock;

    /**
     * The last step of a run that adds to a history.
     *
     * @param table the history
     * @param time the column that says how old a row is
     * @param days for which rows are kept
     */
    public HistoryStep(String table, String time, int days, Clock clock) {
        this.table = table;
        this.delete = "delete from %s where organization_id = $1 and %s < $2".formatted(table, time);
        this.days = days;
        this.clock = clock;
    }

    @Override
    public String name() {
        return table;
    }

    @Override
    public boolean whole() {
        return true;
    }

    /** Counts from the instant of the run when that is in the past, so that what was said as of then is kept as long. */
    @Override
    public Uni<JsonObject> work(SqlConnection connection, RunPart part) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        var from = part.asOf().isBefore(now) ? part.asOf() : now;
        return connection
                .preparedQuery(delete)
                .execute(Tuple.of(part.organization(), from.minusDays(days)))
                .map(deleted -> new JsonObject().put("deleted", deleted.rowCount()));
    }
}
