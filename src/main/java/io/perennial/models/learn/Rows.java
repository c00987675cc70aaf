package io.perennial.models.learn;

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
}
