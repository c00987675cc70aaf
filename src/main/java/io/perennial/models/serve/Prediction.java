package io.perennial.models.serve;

/**
 * What a model says of one row.
 *
 * @param values one for each output of the model: a probability, an amount, or the probabilities of the classes
 */
public record Prediction(ModelVersion version, float[] values) {

    /** The first, and for most models the only, value. */
    public float value() {
        return values[0];
    }
}
