package io.perennial.models.serve;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.Learners;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.Rows;

/** Makes predictors of what trainings have left. */
@ApplicationScoped
class ModelLoader implements Predictor.Loader {

    private final Learners learners;

    ModelLoader(Learners learners) {
        this.learners = learners;
    }

    @Override
    public Predictor load(ModelVersion version, byte[] artifact) {
        return new Loaded(Model.read(artifact, learners.all()));
    }

    private record Loaded(Model model) implements Predictor {

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
