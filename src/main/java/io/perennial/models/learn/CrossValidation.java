package io.perennial.models.learn;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a fitting predicts of rows that it has not seen: the rows are dealt out to folds, and each fold is predicted by what
 * was fitted to the others. For rows without an order in time; where there is one, the past has to predict the future.
 */
public final class CrossValidation {

    /** The promoted model's name among the predictions. */
    public static final String PROMOTED = "promoted";

    private final ModelFitting fitting;
    private final int folds;
    private final int validationShare;

    /**
     * Fits as often as there are folds.
     *
     * @param validationShare one in so many of the rows that are not in the fold validates
     */
    public CrossValidation(ModelFitting fitting, int folds, int validationShare) {
        this.fitting = fitting;
        this.folds = folds;
        this.validationShare = validationShare;
    }

    /**
     * Predictions of every row by models that were fitted without it.
     *
     * @return by the candidate's name, {@link #PROMOTED} for the one that was promoted in the fold: {@code count ×
     *     task.classes()} probabilities or amounts
     */
    public Map<String, float[]> predict(Task task, LabelledRows rows, long seed) {
        var predictions = new LinkedHashMap<String, float[]>();
        var split = Split.of(rows, folds, seed);
        for (var fold = 0; fold < folds; fold++) {
            var known = Split.of(split.without(fold), validationShare, seed + fold);
            var unknown = split.part(fold).rows();
            try (var ranking = fitting.rank(task, known.without(0), known.part(0), seed + fold)) {
                var promoted = ranking.candidates().get(0);
                var all = predictions.computeIfAbsent(PROMOTED, name -> new float[rows.count() * task.classes()]);
                split.put(fold, promoted.model(task).predict(unknown), all);
                for (var candidate : ranking.candidates()) {
                    all = predictions.computeIfAbsent(
                            candidate.learner(), name -> new float[rows.count() * task.classes()]);
                    split.put(fold, candidate.model(task).predict(unknown), all);
                }
            }
        }
        return predictions;
    }
}
