package io.perennial.models.training;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Cursor;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.perennial.models.KindSql;
import io.perennial.models.ModelFeature;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Rows;

/** Reads the rows of snapshots, block by block. */
final class SampleReader {

    private static final int BLOCK = 4_096;
    private static final UUID FIRST = new UUID(0, 0);
    private static final int CUSTOMER = 0;
    private static final int LABEL = 1;
    private static final int RULES = 2;
    private static final int LEAD_DAYS = 3;
    private static final int FEATURES = 4;

    private final SqlConnection connection;
    private final KindSql sql;
    private final FeatureSchema schema;
    private final UUID lastCustomer;

    /**
     * Reads in a transaction of the organization.
     *
     * @param share of the customers that is read, in (0, 1]; ids are evenly spread, so it is a fair one
     */
    SampleReader(SqlConnection connection, KindSql sql, double share) {
        this.connection = connection;
        this.sql = sql;
        this.schema = ModelFeature.schema(sql.features());
        this.lastCustomer = share >= 1 ? new UUID(-1, -1) : new UUID((long) (share * (1L << 32)) << 32, 0);
    }

    FeatureSchema schema() {
        return schema;
    }

    /** The rows of several snapshots together. */
    Uni<Sample> readAll(List<OffsetDateTime> snapshots) {
        return readEach(snapshots).map(samples -> Sample.of(schema, samples));
    }

    /** The rows of several snapshots. */
    Uni<List<Sample>> readEach(List<OffsetDateTime> snapshots) {
        return Multi.createFrom()
                .iterable(snapshots)
                .onItem()
                .transformToUniAndConcatenate(this::read)
                .collect()
                .asList();
    }

    /** The rows of a snapshot. */
    Uni<Sample> read(OffsetDateTime snapshot) {
        return connection.prepare(sql.trainingRows()).chain(statement -> {
            var cursor = statement.cursor(Tuple.newInstance(sql.parameters(FIRST, lastCustomer, snapshot)));
            return blocks(cursor).eventually(() -> cursor.close().chain(statement::close));
        });
    }

    private Uni<Sample> blocks(Cursor cursor) {
        return Multi.createBy()
                .repeating()
                .uni(() -> cursor.read(BLOCK))
                .whilst(rows -> cursor.hasMore())
                .map(rows -> block(rows.getDelegate()))
                .collect()
                .asList()
                .map(samples -> Sample.of(schema, samples));
    }

    private Sample block(Iterable<Row> found) {
        var rows = new ArrayList<Row>();
        found.forEach(rows::add);
        var customers = new UUID[rows.size()];
        var values = new float[rows.size() * schema.size()];
        var labels = new float[rows.size()];
        var rules = new float[rows.size()];
        var leadDays = new float[rows.size()];
        for (var i = 0; i < rows.size(); i++) {
            var row = rows.get(i);
            customers[i] = row.getUUID(CUSTOMER);
            labels[i] = row.getFloat(LABEL);
            rules[i] = row.getDouble(RULES).floatValue();
            leadDays[i] = orNaN(row.getFloat(LEAD_DAYS));
            for (var feature = 0; feature < schema.size(); feature++) {
                values[i * schema.size() + feature] = orNaN(row.getFloat(FEATURES + feature));
            }
        }
        return new Sample(
                customers, new LabelledRows(new Rows(schema, labels.length, values), labels), rules, leadDays);
    }

    private static float orNaN(Float value) {
        return value == null ? Float.NaN : value;
    }
}
