package io.perennial.intake;

import io.vertx.mutiny.sqlclient.Tuple;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/** Rows on their way to the database, column by column, for {@code unnest}. */
public final class ColumnBatch {

    /**
     * A column of the rows.
     *
     * @param sqlType of one value
     * @param javaType of one value, as the database client takes it
     */
    public record Column(String name, String sqlType, Class<?> javaType) {}

    /** Rows in one statement: enough to make its overhead small, few enough to keep memory small. */
    static final int CAPACITY = 5_000;

    private final List<Column> columns;
    private final Object[][] values;
    private int size;

    ColumnBatch(List<Column> columns) {
        this.columns = columns;
        this.values = new Object[columns.size()][CAPACITY];
    }

    void add(Object... row) {
        for (var column = 0; column < values.length; column++) {
            values[column][size] = row[column];
        }
        size++;
    }

    boolean isFull() {
        return size == CAPACITY;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The arrays, one for each column; the batch is empty after it. */
    Tuple drain() {
        var tuple = io.vertx.sqlclient.Tuple.tuple();
        for (var i = 0; i < values.length; i++) {
            var arrayType = Array.newInstance(columns.get(i).javaType(), 0).getClass();
            tuple.addValue(Arrays.copyOf(values[i], size, arrayType.asSubclass(Object[].class)));
        }
        size = 0;
        return Tuple.newInstance(tuple);
    }
}
