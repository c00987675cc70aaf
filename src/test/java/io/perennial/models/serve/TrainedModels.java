package io.perennial.models.serve;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.IntStream;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.FeatureSchema.Feature;
import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.learn.LabelledRows;
import io.perennial.models.learn.Learner;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.ModelFitting;
import io.perennial.models.learn.Objective;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.TabularNetwork;
import io.perennial.models.learn.Task;

/** A real model, trained on rows that were made up, and inference that serves it. */
public final class TrainedModels implements ModelSource {

    /** Its only version. */
    public static final ModelVersion VERSION = new ModelVersion(new UUID(0, 1), "churn", 1);

    private static final int TRAINING = 1000;
    private static final int VALIDATION = 500;
    private static final int SEED = 7;

    private final FeatureSchema schema;
    private final byte[] artifact;

    /** Trains. */
    public TrainedModels(int features, List<Learner> learners) {
        schema = new FeatureSchema(IntStream.range(0, features)
                .mapToObj(i -> Feature.numeric("feature_" + i))
                .toList());
        var fitted = new ModelFitting(learners, 2)
                .fit(
                        Task.of(Objective.BINARY, schema),
                        labelled(rows(TRAINING, 1)),
                        labelled(rows(VALIDATION, 2)),
                        SEED);
        System.out.println("trained: " + fitted.candidates());
        try (var model = fitted.model()) {
            artifact = model.toBytes();
        }
    }

    /** Both learners. */
    public static List<Learner> learners() {
        return List.of(new GradientBoosting(1), new TabularNetwork());
    }

    /** Rows of numbers between -1 and 1, the same for the same seed. */
    public Rows rows(int count, long seed) {
        var random = new SplittableRandom(seed);
        var values = new float[count * schema.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return new Rows(schema, count, values);
    }

    private static LabelledRows labelled(Rows rows) {
        var labels = new float[rows.count()];
        var random = new SplittableRandom(rows.count());
        for (var i = 0; i < labels.length; i++) {
            var logOdds = 2 * rows.get(i, 0) + 3 * rows.get(i, 1) * rows.get(i, 2) - rows.get(i, 3);
            labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-logOdds)) ? 1 : 0;
        }
        return new LabelledRows(rows, labels);
    }

    /** The model itself, as the thread that calls may use it. */
    public Model model() {
        return Model.read(artifact, learners());
    }

    /** Inference as the service does it, with other settings. */
    public Inference serve(String... settings) {
        return serve(this, settings);
    }

    /** Inference as the service does it, with other settings, of models that are kept elsewhere. */
    public static Inference serve(ModelSource source, String... settings) {
        return new Inference(
                Settings.of(settings), source, new StoredModels(), new SetClock(), new SimpleMeterRegistry());
    }

    /** Ends the threads of such inference. */
    public static void stop(Inference inference) {
        inference.stop();
    }

    @Override
    public Uni<byte[]> artifact(ModelVersion version) {
        return Uni.createFrom().item(version.equals(VERSION) ? artifact : new byte[] {1, 2, 3});
    }
}
