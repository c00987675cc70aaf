package io.perennial.models.learn;

import java.util.List;

/** The features of a row, in their order. A model scores only rows of the schema that it was trained on. */
public record FeatureSchema(List<Feature> features) {

    /**
     * A feature.
     *
     * @param categories the values of a categorical feature, by whose index a row says which it is; null when numeric
     */
    public record Feature(String name, List<String> categories) {

        /** A number. */
        public static Feature numeric(String name) {
            return new Feature(name, null);
        }

        /** Whether it is one of a few values. */
        public boolean isCategorical() {
            return categories != null;
        }
    }

    /** Copies the list. */
    public FeatureSchema {
        features = List.copyOf(features);
    }

    /** The number of features. */
    public int size() {
        return features.size();
    }
}
