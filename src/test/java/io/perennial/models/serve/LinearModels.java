package io.perennial.models.serve;

import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.FeatureSchema.Feature;
import io.perennial.models.learn.Rows;

/**
 * Models that anybody can compute by head: a weighted sum of the features, its weights the artifact. They tell what was done
 * with them, and what happens while they score can be chosen.
 */
final class LinearModels implements ModelSource, Predictor.Loader {

    static final UUID ORGANIZATION = new UUID(0, 1);

    /** Is done by the worker before each batch is scored. */
    interface Deed {
        void before(ModelVersion version, Rows rows);
    }

    /** A batch that was scored. */
    record Batch(ModelVersion version, Rows rows, String thread) {}

    final Map<ModelVersion, byte[]> artifacts = new ConcurrentHashMap<>();
    final List<Batch> batches = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger fetched = new AtomicInteger();
    final AtomicInteger loaded = new AtomicInteger();
    final List<ModelVersion> closed = Collections.synchronizedList(new ArrayList<>());
    volatile Deed deed = (version, rows) -> {};
    volatile Runnable beforeLoading = () -> {};
    volatile RuntimeException sourceFailure;

    /** Adds a model. */
    ModelVersion add(int number, float... weights) {
        var version = new ModelVersion(ORGANIZATION, "churn", number);
        var bytes = ByteBuffer.allocate(weights.length * Float.BYTES);
        for (var weight : weights) {
            bytes.putFloat(weight);
        }
        artifacts.put(version, bytes.array());
        return version;
    }

    /** Adds a version that cannot be read. */
    ModelVersion addCorrupt(int number) {
        var version = new ModelVersion(ORGANIZATION, "churn", number);
        artifacts.put(version, new byte[] {1, 2, 3});
        return version;
    }

    static FeatureSchema schema(int features) {
        return new FeatureSchema(IntStream.range(0, features)
                .mapToObj(i -> Feature.numeric("feature_" + i))
                .toList());
    }

    static Rows rows(int features, float... values) {
        return new Rows(schema(features), values.length / features, values);
    }

    List<Integer> batchSizes() {
        return batches.stream().map(batch -> batch.rows().count()).toList();
    }

    @Override
    public Uni<byte[]> artifact(ModelVersion version) {
        fetched.incrementAndGet();
        return sourceFailure == null
                ? Uni.createFrom().item(artifacts.get(version))
                : Uni.createFrom().failure(sourceFailure);
    }

    @Override
    public Predictor load(ModelVersion version, byte[] artifact) {
        beforeLoading.run();
        if (artifact.length % Float.BYTES != 0) {
            throw new IllegalArgumentException("Not a linear model");
        }
        loaded.incrementAndGet();
        var weights = new float[artifact.length / Float.BYTES];
        ByteBuffer.wrap(artifact).asFloatBuffer().get(weights);
        return new Linear(version, weights);
    }

    private final class Linear implements Predictor {

        private final ModelVersion version;
        private final float[] weights;

        Linear(ModelVersion version, float[] weights) {
            this.version = version;
            this.weights = weights;
        }

        @Override
        public FeatureSchema schema() {
            return LinearModels.schema(weights.length);
        }

        @Override
        public float[] predict(Rows rows) {
            deed.before(version, rows);
            batches.add(new Batch(version, rows, Thread.currentThread().getName()));
            var scores = new float[rows.count()];
            for (var i = 0; i < scores.length; i++) {
                for (var j = 0; j < weights.length; j++) {
                    scores[i] += weights[j] * (Float.isNaN(rows.get(i, j)) ? 0 : rows.get(i, j));
                }
            }
            return scores;
        }

        @Override
        public float[] explain(Rows rows) {
            var contributions = new float[rows.count() * (weights.length + 1)];
            for (var i = 0; i < rows.count(); i++) {
                for (var j = 0; j < weights.length; j++) {
                    contributions[i * (weights.length + 1) + j] = weights[j] * rows.get(i, j);
                }
            }
            return contributions;
        }

        @Override
        public void close() {
            closed.add(version);
        }
    }
}
