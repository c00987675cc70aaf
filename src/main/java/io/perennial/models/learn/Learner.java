package io.perennial.models.learn;

/** A way to learn. Learners hold no state and can be used by several threads at a time. */
public interface Learner {

    /** As model versions name it, such as {@code xgboost}. */
    String name();

    /**
     * Learns.
     *
     * @param validation decides when to stop; not learned from
     * @param seed of everything that is left to chance: the same seed and rows give the same model
     */
    TrainedModel fit(Task task, LabelledRows training, LabelledRows validation, long seed);

    /** The model that {@link TrainedModel#toBytes} wrote. Fails with an {@link IllegalArgumentException} on anything else. */
    TrainedModel load(Task task, byte[] bytes);
}
