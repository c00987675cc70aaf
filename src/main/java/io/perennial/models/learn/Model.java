package io.perennial.models.learn;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.perennial.models.learn.FeatureSchema.Feature;

/**
 * What is stored and served: one or several trained models with their weights, and the calibration of what they say
 * together. It holds native memory until it is closed, and is used by one thread at a time.
 */
public final class Model implements AutoCloseable {

    /** The name of models of several learners. */
    public static final String BLEND = "blend";

    private static final String KIND = "PMDL";
    private static final int VERSION = 1;

    private final Task task;
    private final Blend members;
    private final Calibration calibration;

    Model(Task task, Blend members, Calibration calibration) {
        this.task = task;
        this.members = members;
        this.calibration = calibration;
    }

    /** What it has learned. */
    public Task task() {
        return task;
    }

    /** By whom it was trained: the name of a learner, or {@link #BLEND}. */
    public String learner() {
        return members.learner();
    }

    /**
     * Calibrated scores.
     *
     * @param rows of the schema that it was trained on; others fail with an {@link IllegalArgumentException}
     * @return row after row, {@code count × task.classes()}; log-odds (up to a constant when there are several classes) or
     *     amounts
     */
    public float[] score(Rows rows) {
        check(rows);
        return calibration.apply(members.score(rows));
    }

    /**
     * What is predicted: probabilities, or amounts.
     *
     * @param rows of the schema that it was trained on; others fail with an {@link IllegalArgumentException}
     * @return row after row, {@code count × task.classes()}
     */
    public float[] predict(Rows rows) {
        return Probabilities.predictions(task, score(rows));
    }

    /**
     * What each feature contributes to the {@linkplain #score calibrated score}, for tasks with one output.
     *
     * @param rows of the schema that it was trained on; others fail with an {@link IllegalArgumentException}
     * @return row after row, {@code count × (features + 1)}; the last of a row is what every row begins with, and together
     *     they are the score of the row, to within 1e-3
     */
    public float[] explain(Rows rows) {
        check(rows);
        return calibration.applyToContributions(
                members.explain(rows), task.schema().size() + 1);
    }

    /**
     * What each member of the ensembles that it is made of predicts, for tasks with one output. All are calibrated as their
     * mean is, and none counts more than another.
     *
     * @param rows of the schema that it was trained on; others fail with an {@link IllegalArgumentException}
     * @return row after row, {@code count × members}
     */
    public float[] predictByMember(Rows rows) {
        check(rows);
        return Probabilities.predictions(task, calibration.apply(members.memberScores(rows)));
    }

    private void check(Rows rows) {
        if (rows.schema() != task.schema() && !rows.schema().equals(task.schema())) {
            throw new IllegalArgumentException("The rows have other features than the model was trained on");
        }
    }

    /** Everything there is to know to {@linkplain #read read} it again. */
    public byte[] toBytes() {
        return Artifact.write(KIND, VERSION, out -> {
            write(out, task);
            out.writeDouble(calibration.slope());
            out.writeDouble(calibration.intercept());
            Artifact.writeBytes(out, members.toBytes());
        });
    }

    /**
     * The model that {@link #toBytes} wrote. Fails with an {@link IllegalArgumentException} on anything else.
     *
     * @param learners that may have trained it
     */
    public static Model read(byte[] bytes, List<Learner> learners) {
        return Artifact.read(bytes, KIND, VERSION, in -> {
            var task = readTask(in);
            var calibration = new Calibration(in.readDouble(), in.readDouble());
            return new Model(task, Blend.read(task, Artifact.readBytes(in), learners), calibration);
        });
    }

    private static void write(DataOutputStream out, Task task) throws IOException {
        out.writeUTF(task.objective().name());
        out.writeInt(task.classes());
        out.writeInt(task.schema().size());
        for (var feature : task.schema().features()) {
            out.writeUTF(feature.name());
            out.writeInt(feature.isCategorical() ? feature.categories().size() : -1);
            if (feature.isCategorical()) {
                for (var category : feature.categories()) {
                    out.writeUTF(category);
                }
            }
        }
    }

    private static Task readTask(DataInputStream in) throws IOException {
        var objective = Objective.valueOf(in.readUTF());
        var classes = in.readInt();
        var features = new ArrayList<Feature>();
        for (var remaining = in.readInt(); remaining > 0; remaining--) {
            features.add(new Feature(in.readUTF(), readCategories(in)));
        }
        return new Task(objective, new FeatureSchema(features), classes);
    }

    private static List<String> readCategories(DataInputStream in) throws IOException {
        var count = in.readInt();
        if (count < 0) {
            return null;
        }
        var categories = new ArrayList<String>();
        for (var remaining = count; remaining > 0; remaining--) {
            categories.add(in.readUTF());
        }
        return List.copyOf(categories);
    }

    @Override
    public void close() {
        members.close();
    }
}
