package io.perennial.models.learn;

import java.util.List;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** The mean of boosters, each up to the round of its best validation loss. */
final class BoostedTrees implements TrainedModel {

    private static final String FORMAT = "ubj";

    private final Task task;
    private final List<Limited> boosters;

    /**
     * A booster.
     *
     * @param rounds that count; those that follow them made it no better
     */
    record Limited(Booster trees, int rounds) {}

    BoostedTrees(Task task, List<Limited> boosters) {
        this.task = task;
        this.boosters = boosters;
    }

    @Override
    public float[] score(Rows rows) {
        return mean(rows, task.classes(), (booster, matrix) -> booster.trees().predict(matrix, true, booster.rounds()));
    }

    /** Exact Shapley values of the trees (Lundberg et al., "From local explanations to global understanding", 2020). */
    @Override
    public float[] explain(Rows rows) {
        if (task.classes() > 1) {
            throw new UnsupportedOperationException("Only tasks with one output are explained");
        }
        return mean(
                rows,
                task.schema().size() + 1,
                (booster, matrix) -> booster.trees().predictContrib(matrix, booster.rounds()));
    }

    @FunctionalInterface
    private interface Prediction {
        float[][] of(Limited booster, DMatrix matrix) throws XGBoostError;
    }

    private float[] mean(Rows rows, int width, Prediction prediction) {
        var mean = new float[rows.count() * width];
        if (rows.count() == 0) {
            return mean;
        }
        DMatrix matrix = null;
        try {
            matrix = GradientBoosting.matrix(rows);
            for (var booster : boosters) {
                add(prediction.of(booster, matrix), mean);
            }
            return mean;
        } catch (XGBoostError e) {
            throw new IllegalStateException("XGBoost could not predict", e);
        } finally {
            if (matrix != null) {
                matrix.dispose();
            }
        }
    }

    private void add(float[][] predictions, float[] mean) {
        var i = 0;
        for (var row : predictions) {
            for (var value : row) {
                mean[i++] += value / boosters.size();
            }
        }
    }

    @Override
    public byte[] toBytes() {
        return Artifact.write(GradientBoosting.KIND, GradientBoosting.VERSION, out -> {
            out.writeInt(boosters.size());
            for (var booster : boosters) {
                out.writeInt(booster.rounds());
                Artifact.writeBytes(out, bytes(booster.trees()));
            }
        });
    }

    private static byte[] bytes(Booster booster) {
        try {
            return booster.toByteArray(FORMAT);
        } catch (XGBoostError e) {
            throw new IllegalStateException("XGBoost could not write the model", e);
        }
    }

    @Override
    public void close() {
        boosters.forEach(booster -> booster.trees().dispose());
    }
}
