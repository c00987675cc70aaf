package io.perennial.intake;

import io.smallrye.mutiny.Uni;
import java.time.YearMonth;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.perennial.intake.ColumnBatch.Column;

/**
 * What can be imported. A kind says which fields it knows, turns a record into a row, and merges the rows into its table
 * with one statement, so that it does not matter how often or in which pieces the same records come.
 */
public interface ImportKind {

    /** Named in paths and answers, such as {@code transactions}. */
    String name();

    /** What a file may hold. */
    List<Field> fields();

    /** The field whose dates decide the order of day and month, by its index; −1 for none. */
    int dateField();

    /** The fields whose numbers decide the decimal mark, by their indexes. */
    List<Integer> decimalFields();

    /** The columns of a row, the first of which is the line. */
    List<Column> columns();

    /** A row of {@link #columns()}. */
    Object[] row(UUID organization, InputRecord record, Timestamps timestamps, Decimals decimals) throws InvalidValue;

    /**
     * The rest of a statement that begins with {@code with staged as (…)}. It may refer to {@code :organization} and {@code
     * :now}, and its one row has {@code accepted}, {@code inserted}, {@code updated} and {@code customers_created}, and for
     * lines whose customers are not there {@code unknown}, their number, with the first of them in {@code unknown_lines} and
     * {@code unknown_customers}.
     */
    String merge();

    /** The months that the rows belong to, for tables that are partitioned by month. */
    default Uni<Void> prepare(UUID organization, Set<YearMonth> months) {
        return Uni.createFrom().voidItem();
    }
}
