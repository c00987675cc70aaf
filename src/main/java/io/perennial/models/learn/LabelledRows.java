package io.perennial.models.learn;

import java.util.Arrays;

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

    /** Some of the rows, in the order of the given indexes. */
    public LabelledRows select(int... indexes) {
        var selected = new float[indexes.length];
        for (var i = 0; i < indexes.length; i++) {
            selected[i] = labels[indexes[i]];
        }
        return new LabelledRows(rows.select(indexes), selected);
    }

    /** These rows and then others, of the same schema. */
    public LabelledRows and(LabelledRows others) {
        var together = Arrays.copyOf(labels, count() + others.count());
        System.arraycopy(others.labels, 0, together, count(), others.count());
        return new LabelledRows(rows.and(others.rows), together);
    }
}
