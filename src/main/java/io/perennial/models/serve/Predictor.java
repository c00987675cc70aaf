package io.perennial.models.serve;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.Rows;

/** A loaded copy of a model version. It belongs to one worker and holds native memory until it is closed. */
interface Predictor extends AutoCloseable {

    /** What it was trained on. */
    FeatureSchema schema();

    /** Row after row, as many values each as the model has outputs. */
    float[] predict(Rows rows);

    /** Row after row, a value for each member of the ensemble; one where the model is none. */
    default float[] predictByMember(Rows rows) {
        return predict(rows);
    }

    /** Row after row, {@code features + 1} contributions each. */
    float[] explain(Rows rows);

    @Override
    void close();

    /** Makes predictors. */
    interface Loader {

        /** Fails with an {@link IllegalArgumentException} when the artifact is not what a training leaves. */
        Predictor load(ModelVersion version, byte[] artifact);
    }
}
