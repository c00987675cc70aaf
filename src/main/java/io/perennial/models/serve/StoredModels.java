package io.perennial.models.serve;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.GradientBoosting;
import io.perennial.models.learn.Learner;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.Rows;
import io.perennial.models.learn.TabularNetwork;

/** Loads what training has stored. */
@ApplicationScoped
class StoredModels implements Predictor.Loader {

    /** A worker is one thread, and so is the model that it owns. */
    private static final int THREADS = 1;

    private static final List<Learner> LEARNERS = List.of(new GradientBoosting(THREADS), new TabularNetwork());

    @Override
    public Predictor load(ModelVersion version, byte[] artifact) {
        return new Stored(Model.read(artifact, LEARNERS));
    }

    private record Stored(Model model) implements Predictor {

        @Override
        public FeatureSchema schema() {
            return model.task().schema();
        }

        @Override
        public float[] predict(Rows rows) {
            return model.predict(rows);
        }

        @Override
        public float[] explain(Rows rows) {
            return model.explain(rows);
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
