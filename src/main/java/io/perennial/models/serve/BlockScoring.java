package io.perennial.models.serve;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Cursor;
import io.vertx.mutiny.sqlclient.PreparedStatement;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.perennial.models.learn.Rows;

/** One pass over what a {@link BatchScoring} finds. */
final class BlockScoring {

    private final BatchScoring scoring;
    private final SqlConnection connection;

    BlockScoring(BatchScoring scoring, SqlConnection connection) {
        this.scoring = scoring;
        this.connection = connection;
    }

    /** Rows that were fetched. */
    private record Block(UUID[] customerIds, Rows rows) {}

    /** What the rows were scored with. */
    private record Scored(UUID[] customerIds, float[] scores) {}

    /**
     * Between two steps.
     *
     * @param scored to be written; null when there is none
     * @param block to be scored; null after the last
     */
    private record State(long customers, Scored scored, Block block) {

        boolean isLast() {
            return scored == null && block == null;
        }
    }

    Uni<Long> score(Tuple parameters) {
        return connection.prepare(sql()).chain(statement -> score(statement, parameters));
    }

    /**
     * The features of a row as one value in the binary format of an array, which is read without an object for each of them.
     */
    private String sql() {
        var names = IntStream.range(0, scoring.schema().size())
                .mapToObj(i -> "f" + i)
                .toList();
        return "select customer_id, array_send(array[%s]) from (%s) as r (customer_id, %s)"
                .formatted(
                        names.stream().map(name -> name + "::float4").collect(Collectors.joining(", ")),
                        scoring.select(),
                        String.join(", ", names));
    }

    private Uni<Long> score(PreparedStatement statement, Tuple parameters) {
        var cursor = statement.cursor(io.vertx.mutiny.sqlclient.Tuple.newInstance(parameters));
        return fetch(cursor)
                .chain(first -> pass(cursor, first))
                .onTermination()
                .call(() -> cursor.close().chain(statement::close).onFailure().recoverWithNull());
    }

    private Uni<Long> pass(Cursor cursor, Block first) {
        return Multi.createBy()
                .repeating()
                .uni(() -> new Pass(cursor, first), Pass::step)
                .whilst(state -> !state.isLast())
                .collect()
                .last()
                .map(State::customers);
    }

    /** Goes on from state to state. */
    private final class Pass {

        private final Cursor cursor;
        private State state;

        Pass(Cursor cursor, Block first) {
            this.cursor = cursor;
            this.state = new State(0, null, first);
        }

        Uni<State> step() {
            var scored = score(state.block());
            var fetched = write(state.scored()).chain(() -> fetchMore(cursor));
            return Uni.combine()
                    .all()
                    .unis(scored, fetched)
                    .with((next, block) -> new State(state.customers() + count(next), next, block))
                    .invoke(next -> state = next);
        }
    }

    private static int count(Scored scored) {
        return scored == null ? 0 : scored.customerIds().length;
    }

    private Uni<Scored> score(Block block) {
        return block == null
                ? Uni.createFrom().nullItem()
                : scoring.scorer().apply(block.rows()).map(scores -> new Scored(block.customerIds(), scores));
    }

    private Uni<Void> write(Scored scored) {
        return scored == null
                ? Uni.createFrom().voidItem()
                : scoring.writer().write(connection, scored.customerIds(), scored.scores());
    }

    private Uni<Block> fetchMore(Cursor cursor) {
        return cursor.hasMore() ? fetch(cursor) : Uni.createFrom().nullItem();
    }

    private Uni<Block> fetch(Cursor cursor) {
        return cursor.read(scoring.blockSize()).map(rows -> block(rows.getDelegate()));
    }

    private Block block(RowSet<Row> found) {
        if (found.size() == 0) {
            return null;
        }
        var features = scoring.schema().size();
        var customerIds = new UUID[found.size()];
        var values = new float[found.size() * features];
        var i = 0;
        for (var row : found) {
            customerIds[i] = row.getUUID(0);
            FloatArray.read(row.getBuffer(1), values, i * features, features);
            i++;
        }
        return new Block(customerIds, new Rows(scoring.schema(), customerIds.length, values));
    }
}
