package io.perennial.models.serve;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;
import java.util.function.Function;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.Rows;

/**
 * Scores all the rows that a statement finds, however many they are. Blocks of rows come by cursor; while the workers score
 * one, the database keeps the scores of the one before and fetches the one after, and no more than these are in memory.
 * Everything happens in the transaction of the connection, so a failure leaves nothing behind.
 *
 * @param select yields, in this order, the id of a customer and a number for each feature of the schema: its value, or the
 *     index of its category, or null when missing
 * @param scorer such as {@link Inference#predictBlock}
 * @param writer keeps the scores of a block
 * @param blockSize rows in a block
 */
public record BatchScoring(
        String select, FeatureSchema schema, Function<Rows, Uni<float[]>> scorer, Writer writer, int blockSize) {

    /** Rows that are enough to keep an engine busy, and few enough to hold two such blocks of. */
    public static final int BLOCK_SIZE = 4096;

    /** Keeps the scores of a block, with one statement. */
    public interface Writer {

        /**
         * Keeps the scores of a block.
         *
         * @param scores what the scorer has yielded: customer after customer, one or more for each
         */
        Uni<Void> write(SqlConnection connection, UUID[] customerIds, float[] scores);
    }

    /**
     * Scores what the statement finds.
     *
     * @param connection in a transaction
     * @param parameters of the statement
     * @return yields the number of customers
     */
    public Uni<Long> score(SqlConnection connection, Tuple parameters) {
        return new BlockScoring(this, connection).score(parameters);
    }
}
