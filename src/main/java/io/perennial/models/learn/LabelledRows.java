package io.perennial.models.learn;

/**
 * Rows of which it is known what became of them.
 *
 * @param labels one for each row; what they are is told by the {@link Objective}
 */
public record LabelledRows(Rows rows, float[] labels) {

    /** Checks the shape. */
    public LabelledRows {
        if (labels.length != rows.count()) {
            throw new IllegalArgumentException("%d labels for %d rows".formatted(labels.length, rows.count()));
        }
    }

    /** The number of rows. */
    public int count() {
        return rows.count();
    }
}
