package io.perennial.models.learn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hipparchus.optim.MaxEval;
import org.hipparchus.optim.nonlinear.scalar.GoalType;
import org.hipparchus.optim.univariate.BrentOptimizer;
import org.hipparchus.optim.univariate.SearchInterval;
import org.hipparchus.optim.univariate.UnivariateObjectiveFunction;

/**
 * Has every learner learn and promotes the best: one of the learners' models, or a blend of them.
 *
 * <p>Validation rows are worth learning from, too, as they are often the newest. So each learner learns several times: every
 * time one part of the validation rows tells it when to stop, and the others are learned from. What it has learned is the
 * mean of these models. Each validation row is scored by the one model that has not learned from it; by these scores the
 * learners are weighed, calibrated and judged.
 */
public final class ModelFitting {

    private static final double PRECISION = 1e-3;
    private static final int EVALUATIONS = 100;

    private final List<Learner> learners;
    private final int parts;

    /**
     * Promotes among these.
     *
     * @param parts of the validation rows, at least 2, and so how often each learner learns
     */
    public ModelFitting(List<Learner> learners, int parts) {
        if (learners.isEmpty()) {
            throw new IllegalArgumentException("There is nothing to learn with");
        }
        if (parts < 2) {
            throw new IllegalArgumentException("Validation rows cannot be in %d parts".formatted(parts));
        }
        this.learners = List.copyOf(learners);
        this.parts = parts;
    }

    /**
     * What might have been promoted, or was.
     *
     * @param learner by whom it was trained: the name of a learner, or {@link Model#BLEND}
     * @param weights of its members, by learner
     * @param metrics of its calibrated predictions for the validation rows
     */
    public record Candidate(String learner, Map<String, Double> weights, Metrics metrics) {}

    /**
     * What came of it.
     *
     * @param model the promoted one, which the caller closes
     * @param candidates the best first, which is the promoted one
     */
    public record Fitted(Model model, List<Candidate> candidates) {}

    /**
     * Fits, blends, calibrates and promotes by the validation loss.
     *
     * @param validation at most one for each customer, so that no row learned from tells of another one
     * @param seed of everything that is left to chance: the same seed and rows promote the same model
     * @throws IllegalArgumentException when a class, or any row at all, is missing among the training or the validation rows
     */
    public Fitted fit(Task task, LabelledRows training, LabelledRows validation, long seed) {
        var ranking = rank(task, training, validation, seed);
        var promoted = ranking.candidates().get(0);
        ranking.closeAllBut(promoted);
        return new Fitted(
                promoted.model(task),
                ranking.candidates().stream().map(Fit::described).toList());
    }

    /** All candidates, the best first. */
    Ranking rank(Task task, LabelledRows training, LabelledRows validation, long seed) {
        check(task, training, "training");
        check(task, validation, "validation");
        var split = Split.of(validation, parts, seed);
        var fits = new ArrayList<Fit>();
        try {
            for (var learner : learners) {
                fits.add(fit(task, learner, training, split, seed));
            }
        } catch (RuntimeException e) {
            fits.forEach(Fit::close);
            throw e;
        }
        fits.sort(Comparator.comparingDouble(Fit::loss));
        var singles = List.copyOf(fits);
        if (singles.size() > 1) {
            fits.add(blend(task, singles, validation.labels()));
            fits.sort(Comparator.comparingDouble(Fit::loss));
        }
        return new Ranking(List.copyOf(fits), singles);
    }

    private Fit fit(Task task, Learner learner, LabelledRows training, Split validation, long seed) {
        var models = new ArrayList<Blend.Member>();
        var scores = new float[validation.rows().count() * task.classes()];
        try {
            for (var part = 0; part < parts; part++) {
                var stopping = validation.part(part);
                var model = learner.fit(task, training.and(validation.without(part)), stopping, seed + part);
                models.add(new Blend.Member(learner.name(), 1.0 / parts, model));
                validation.put(part, model.score(stopping.rows()), scores);
            }
            return Fit.of(task, models, scores, validation.rows().labels());
        } catch (RuntimeException e) {
            models.forEach(member -> member.model().close());
            throw e;
        }
    }

    private static void check(Task task, LabelledRows rows, String what) {
        if (rows.count() == 0) {
            throw new IllegalArgumentException("There are no %s rows".formatted(what));
        }
        if (task.objective() == Objective.BINARY) {
            var first = rows.labels()[0];
            for (var label : rows.labels()) {
                if (label != first) {
                    return;
                }
            }
            throw new IllegalArgumentException("All %s rows have the label %.0f".formatted(what, rows.labels()[0]));
        }
    }

    /** Takes the learners in one after the other, the best first, each with the weight that serves the blend best. */
    private static Fit blend(Task task, List<Fit> singles, float[] labels) {
        var blend = singles.get(0);
        for (var single : singles.subList(1, singles.size())) {
            var soFar = blend;
            var weight = new BrentOptimizer(PRECISION, PRECISION)
                    .optimize(
                            new MaxEval(EVALUATIONS),
                            GoalType.MINIMIZE,
                            new SearchInterval(0, 1, 0.5),
                            new UnivariateObjectiveFunction(
                                    w -> soFar.with(task, single, w, labels).loss()))
                    .getPoint();
            blend = soFar.with(task, single, weight, labels);
        }
        return blend;
    }

    /** Candidates with their models. */
    record Ranking(List<Fit> candidates, List<Fit> singles) implements AutoCloseable {

        private void closeAllBut(Fit promoted) {
            for (var single : singles) {
                if (!promoted.has(single)) {
                    single.close();
                }
            }
        }

        @Override
        public void close() {
            singles.forEach(Fit::close);
        }
    }

    /** A candidate with its models, its scores before calibration and its metrics after it. */
    record Fit(List<Blend.Member> members, float[] scores, Calibration calibration, Metrics metrics) {

        static Fit of(Task task, List<Blend.Member> members, float[] scores, float[] labels) {
            var calibration = Calibration.fit(task, scores, labels);
            var predictions = Probabilities.predictions(task, calibration.apply(scores));
            return new Fit(members, scores, calibration, Metrics.of(task, labels, predictions));
        }

        /** This and another one, which has the given weight. */
        Fit with(Task task, Fit other, double weight, float[] labels) {
            var together = new float[scores.length];
            for (var i = 0; i < together.length; i++) {
                together[i] = (float) ((1 - weight) * scores[i] + weight * other.scores[i]);
            }
            var both = new ArrayList<Blend.Member>();
            members.forEach(member -> both.add(weighted(member, 1 - weight)));
            other.members.forEach(member -> both.add(weighted(member, weight)));
            return of(task, both, together, labels);
        }

        private static Blend.Member weighted(Blend.Member member, double by) {
            return new Blend.Member(member.learner(), by * member.weight(), member.model());
        }

        private boolean has(Fit single) {
            return members.stream()
                    .anyMatch(
                            member -> member.model() == single.members().get(0).model());
        }

        double loss() {
            return metrics.loss();
        }

        String learner() {
            return new Blend(members).learner();
        }

        Model model(Task task) {
            return new Model(task, new Blend(members), calibration);
        }

        Candidate described() {
            var weights = new TreeMap<String, Double>();
            members.forEach(member -> weights.merge(member.learner(), member.weight(), Double::sum));
            return new Candidate(learner(), weights, metrics);
        }

        void close() {
            members.forEach(member -> member.model().close());
        }
    }
}
