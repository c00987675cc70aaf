package io.perennial.models.learn;

/** How good predictions are, against what became of the rows. */
public sealed interface Metrics permits BinaryMetrics, RegressionMetrics, MulticlassMetrics {

    /** What is minimised: the log-loss, or the root-mean-square error of amounts. */
    double loss();

    /**
     * The metrics of an objective.
     *
     * @param labels at least one
     * @param predictions {@code labels.length × task.classes()} probabilities, or amounts
     */
    static Metrics of(Task task, float[] labels, float[] predictions) {
        if (labels.length == 0 || predictions.length != labels.length * task.classes()) {
            throw new IllegalArgumentException(
                    "%d predictions for %d labels".formatted(predictions.length, labels.length));
        }
        return switch (task.objective()) {
            case BINARY -> BinaryMetrics.of(labels, predictions);
            case REGRESSION -> RegressionMetrics.of(labels, predictions);
            case MULTICLASS -> MulticlassMetrics.of(labels, predictions, task.classes());
        };
    }
}
