package io.perennial.intake;

import io.vertx.mutiny.sqlclient.Tuple;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

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

    /** … and of long rows fewer. */
    private static final int MAX_CHARACTERS = 4 << 20;

    private final List<Column> columns;
    private final Object[][] values;
    private int size;
    private long characters;

    ColumnBatch(List<Column> columns) {
        this.columns = columns;
        this.values = new Object[columns.size()][CAPACITY];
    }

    void add(Object... row) {
        for (var column = 0; column < values.length; column++) {
            values[column][size] = row[column];
            characters += row[column] instanceof String text ? text.length() : 0;
        }
        size++;
    }

    boolean isFull() {
        return size == CAPACITY || characters >= MAX_CHARACTERS;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /**
     * Rows on their way.
     *
     * @param select yields the rows; refers to the parameters from {@code $1}
     * @param parameters an array for each column that has values
     */
    record Rows(String select, Tuple parameters) {}

    /**
     * The rows, as a statement takes them; the batch is empty after it. Most files leave most columns empty, so an empty
     * column is not sent; and {@code unnest} in the select list, unlike one in the from clause, does not keep a copy first.
     */
    Rows drain() {
        var parameters = io.vertx.sqlclient.Tuple.tuple();
        var select = new StringJoiner(", ", "select ", "");
        for (var i = 0; i < values.length; i++) {
            var column = columns.get(i);
            if (i > 0 && isEmpty(values[i])) {
                select.add("null::%s as %s".formatted(column.sqlType(), column.name()));
            } else {
                parameters.addValue(Arrays.copyOf(values[i], size, arrayOf(column)));
                select.add("unnest($%d::%s[]) as %s".formatted(parameters.size(), column.sqlType(), column.name()));
            }
        }
        size = 0;
        characters = 0;
        return new Rows(select.toString(), Tuple.newInstance(parameters));
    }

    private boolean isEmpty(Object[] column) {
        for (var row = 0; row < size; row++) {
            if (column[row] != null) {
                return false;
            }
        }
        return true;
    }

    private static Class<? extends Object[]> arrayOf(Column column) {
        return Array.newInstance(column.javaType(), 0).getClass().asSubclass(Object[].class);
    }
}
