package io.perennial.models.learn;

import java.util.Arrays;

/**
 * Rows of features.
 *
 * @param values row after row, {@code count × schema.size()}; a number, or the index of a category, or NaN when missing
 */
public record Rows(FeatureSchema schema, int count, float[] values) {

    /** Checks the shape. */
    public Rows {
        if (values.length != count * schema.size()) {
            throw new IllegalArgumentException(
                    "%d values are not %d rows of %d features".formatted(values.length, count, schema.size()));
        }
    }

    /** A value, NaN when missing. */
    public float get(int row, int feature) {
        return values[row * schema.size() + feature];
    }

    /** Some of the rows, in the order of the given indexes. */
    public Rows select(int... indexes) {
        var width = schema.size();
        var selected = new float[indexes.length * width];
        for (var i = 0; i < indexes.length; i++) {
            System.arraycopy(values, indexes[i] * width, selected, i * width, width);
        }
        return new Rows(schema, indexes.length, selected);
    }

    /** These rows and then others, of the same schema. */
    public Rows and(Rows others) {
        if (!schema.equals(others.schema)) {
            throw new IllegalArgumentException("The rows have other features");
        }
        var together = Arrays.copyOf(values, values.length + others.values.length);
        System.arraycopy(others.values, 0, together, values.length, others.values.length);
        return new Rows(schema, count + others.count, together);
    }
}
