package io.perennial.models.lifetime;

import io.smallrye.mutiny.Multi;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;

/** Reads by cursor what is too much to hold: the next rows are asked for when the last have been dealt with. */
public final class Blocks {

    private Blocks() {}

    /** The rows of a query in a transaction, some at a time. */
    public static Multi<RowSet<Row>> read(SqlConnection connection, String sql, Tuple parameters, int rows) {
        return connection.prepare(sql).onItem().transformToMulti(statement -> {
            var cursor = statement.cursor(parameters);
            return Multi.createBy()
                    .repeating()
                    .uni(() -> cursor.read(rows))
                    .whilst(block -> cursor.hasMore())
                    .onTermination()
                    .call(() ->
                            cursor.close().chain(statement::close).onFailure().recoverWithNull());
        });
    }
}
