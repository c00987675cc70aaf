package io.perennial.models.learn;

/**
 * A model that has learned. It holds native memory until it is closed, and is used by one thread at a time; several threads
 * {@linkplain Learner#load load} one each.
 */
public interface TrainedModel extends AutoCloseable {

    /**
     * Scores rows.
     *
     * @return row after row, {@code count × task.classes()}; the {@link Objective} tells what a score is
     */
    float[] score(Rows rows);

    /**
     * What each member of an ensemble scores, for tasks with one output; how far they are apart tells how sure they are
     * together. A model that is no ensemble is its only member.
     *
     * @return row after row, {@code count × members}
     */
    default float[] memberScores(Rows rows) {
        return score(rows);
    }

    /**
     * What each feature contributes to the score, for tasks with one output.
     *
     * @return row after row, {@code count × (features + 1)}; the last of a row is what every row begins with, and together
     *     they are the score of the row, to within 1e-3
     */
    float[] explain(Rows rows);

    /** Everything there is to know to {@linkplain Learner#load load} it again. */
    byte[] toBytes();

    @Override
    void close();
}
