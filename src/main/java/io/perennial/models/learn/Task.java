package io.perennial.models.learn;

/**
 * What is to be learned.
 *
 * @param classes the number of classes; 1 unless the objective is {@link Objective#MULTICLASS}
 */
public record Task(Objective objective, FeatureSchema schema, int classes) {

    /** Checks the number of classes. */
    public Task {
        if ((objective == Objective.MULTICLASS) != (classes > 1) || classes < 1) {
            throw new IllegalArgumentException("%s with %d classes".formatted(objective, classes));
        }
    }

    /** A task with one output. */
    public static Task of(Objective objective, FeatureSchema schema) {
        return new Task(objective, schema, 1);
    }
}
