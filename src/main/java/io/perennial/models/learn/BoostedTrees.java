package io.perennial.models.learn;

import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Trees up to the round of their best validation loss. */
final class BoostedTrees implements TrainedModel {

    private static final String FORMAT = "ubj";

    private final Task task;
    private final Booster trees;
    private final int rounds;

    /**
     * Owns the trees.
     *
     * @param rounds that count; those that follow them made it no better
     */
    BoostedTrees(Task task, Booster trees, int rounds) {
        this.task = task;
        this.trees = trees;
        this.rounds = rounds;
    }

    @Override
    public float[] score(Rows rows) {
        return predict(rows, task.classes(), matrix -> trees.predict(matrix, true, rounds));
    }

    /** Exact Shapley values of the trees (Lundberg et al., "From local explanations to global understanding", 2020). */
    @Override
    public float[] explain(Rows rows) {
        if (task.classes() > 1) {
            throw new UnsupportedOperationException("Only tasks with one output are explained");
        }
        return predict(rows, task.schema().size() + 1, matrix -> trees.predictContrib(matrix, rounds));
    }

    @FunctionalInterface
    private interface Prediction {
        float[][] of(DMatrix matrix) throws XGBoostError;
    }

    private static float[] predict(Rows rows, int width, Prediction prediction) {
        var predictions = new float[rows.count() * width];
        if (rows.count() == 0) {
            return predictions;
        }
        DMatrix matrix = null;
        try {
            matrix = GradientBoosting.matrix(rows);
            var from = 0;
            for (var row : prediction.of(matrix)) {
                System.arraycopy(row, 0, predictions, from, width);
                from += width;
            }
            return predictions;
        } catch (XGBoostError e) {
            throw new IllegalStateException("XGBoost could not predict", e);
        } finally {
            if (matrix != null) {
                matrix.dispose();
            }
        }
    }

    @Override
    public byte[] toBytes() {
        return Artifact.write(GradientBoosting.KIND, GradientBoosting.VERSION, out -> {
            out.writeInt(rounds);
            Artifact.writeBytes(out, bytes());
        });
    }

    private byte[] bytes() {
        try {
            return trees.toByteArray(FORMAT);
        } catch (XGBoostError e) {
            throw new IllegalStateException("XGBoost could not write the model", e);
        }
    }

    @Override
    public void close() {
        trees.dispose();
    }
}
