package io.perennial.models.serve;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.Learners;
import io.perennial.models.learn.FeatureSchema;
import io.perennial.models.learn.Model;
import io.perennial.models.learn.Rows;

/** Loads what training has stored. */
@ApplicationScoped
class StoredModels implements Predictor.Loader {

    @Override
    public Predictor load(ModelVersion version, byte[] artifact) {
        return new Stored(Model.read(artifact, Learners.ALL));
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
        public float[] predictByMember(Rows rows) {
            return model.predictByMember(rows);
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
