package io.perennial.models.learn;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * Gradient-boosted trees by XGBoost (Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System", 2016). Missing values
 * take the side of a split that suits them best. A category is split by its index, as a number is: a few splits tell any
 * categories apart, and trees that look for the best two sets of categories at every split find some that mean nothing.
 */
public final class GradientBoosting implements Learner {

    /** As model versions name it. */
    public static final String NAME = "xgboost";

    static final String KIND = "PGBT";
    static final int VERSION = 1;

    /** A bin is for no more than so many rows as long as there are enough bins: rare values may be what tells. */
    private static final int ROWS_PER_BIN = 16;

    private static final int MIN_BINS = 256;
    private static final int MAX_BINS = 2048;

    private static final String[] VALIDATION = {"validation"};

    private final int threads;
    private final Parameters parameters;

    /**
     * How trees are grown.
     *
     * @param learningRate what of a tree's correction is taken
     * @param depths of a tree; each is tried, and the one with the least validation loss stays
     * @param minimumWeight of the rows in a leaf, as the sum of their second derivatives
     * @param rowShare of the rows, drawn for each tree
     * @param featureShare of the features, drawn for each tree
     * @param shrinkage of leaves, XGBoost's {@code lambda}
     * @param rounds of boosting, at most
     * @param patience rounds without a better validation loss before it stops
     */
    public record Parameters(
            double learningRate,
            List<Integer> depths,
            double minimumWeight,
            double rowShare,
            double featureShare,
            double shrinkage,
            int rounds,
            int patience) {

        /** Do well on hundreds to hundreds of thousands of rows. */
        public static final Parameters DEFAULT = new Parameters(0.06, List.of(3, 7), 1, 0.7, 0.5, 2, 1500, 60);
    }

    /** Grows trees by the default parameters. */
    public GradientBoosting(int threads) {
        this(threads, Parameters.DEFAULT);
    }

    /**
     * Grows trees.
     *
     * @param threads that a fit, and each model, may use
     */
    public GradientBoosting(int threads, Parameters parameters) {
        this.threads = threads;
        this.parameters = parameters;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public TrainedModel fit(Task task, LabelledRows training, LabelledRows validation, long seed) {
        DMatrix learned = null;
        DMatrix judging = null;
        BoostedTrees best = null;
        try {
            learned = matrix(training);
            judging = matrix(validation);
            var least = Double.POSITIVE_INFINITY;
            for (var depth : parameters.depths()) {
                var grown = grow(task, learned, judging, depth, seed);
                if (best == null || grown.loss() < least) {
                    close(best);
                    best = grown.trees();
                    least = grown.loss();
                } else {
                    grown.trees().close();
                }
            }
            return best;
        } catch (XGBoostError e) {
            close(best);
            throw new IllegalStateException("XGBoost could not learn", e);
        } finally {
            dispose(learned);
            dispose(judging);
        }
    }

    private static void close(BoostedTrees trees) {
        if (trees != null) {
            trees.close();
        }
    }

    private static void dispose(DMatrix matrix) {
        if (matrix != null) {
            matrix.dispose();
        }
    }

    /** Trees and their validation loss. */
    private record Grown(BoostedTrees trees, double loss) {}

    private Grown grow(Task task, DMatrix training, DMatrix validation, int depth, long seed) throws XGBoostError {
        var booster = booster(settings(task, (int) training.rowNum(), depth, seed), training, validation);
        try {
            var best = Float.POSITIVE_INFINITY;
            var rounds = 1;
            var loss = new float[1];
            for (var round = 0; round < parameters.rounds() && round < rounds + parameters.patience(); round++) {
                booster.update(training, round);
                booster.evalSet(new DMatrix[] {validation}, VALIDATION, round, loss);
                if (loss[0] < best) {
                    best = loss[0];
                    rounds = round + 1;
                }
            }
            return new Grown(new BoostedTrees(task, booster, rounds), best);
        } catch (XGBoostError e) {
            booster.dispose();
            throw e;
        }
    }

    private Map<String, Object> settings(Task task, int rows, int depth, long seed) {
        var settings = new HashMap<String, Object>(Map.of(
                "tree_method",
                "hist",
                "max_bin",
                Math.max(MIN_BINS, Math.min(MAX_BINS, rows / ROWS_PER_BIN)),
                "eta",
                parameters.learningRate(),
                "max_depth",
                depth,
                "min_child_weight",
                parameters.minimumWeight(),
                "subsample",
                parameters.rowShare(),
                "colsample_bytree",
                parameters.featureShare(),
                "lambda",
                parameters.shrinkage(),
                "seed",
                (int) (seed ^ seed >>> 32) & Integer.MAX_VALUE,
                "nthread",
                threads));
        settings.put("seed_per_iteration", true);
        settings.put("verbosity", 0);
        switch (task.objective()) {
            case BINARY -> settings.putAll(Map.of("objective", "binary:logistic", "eval_metric", "logloss"));
            case REGRESSION -> settings.putAll(Map.of("objective", "reg:squarederror", "eval_metric", "rmse"));
            case MULTICLASS ->
                settings.putAll(
                        Map.of("objective", "multi:softprob", "eval_metric", "mlogloss", "num_class", task.classes()));
        }
        return settings;
    }

    /** The public way to a booster is a training loop that brings Hadoop along, which a native image cannot have. */
    private static Booster booster(Map<String, Object> settings, DMatrix... cached) throws XGBoostError {
        try {
            var constructor = Booster.class.getDeclaredConstructor(Map.class, DMatrix[].class);
            constructor.setAccessible(true);
            return constructor.newInstance(settings, cached);
        } catch (InvocationTargetException e) {
            throw new XGBoostError("No booster", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Not the XGBoost4J that this was written for", e);
        }
    }

    private static DMatrix matrix(LabelledRows rows) throws XGBoostError {
        var matrix = matrix(rows.rows());
        matrix.setLabel(rows.labels());
        return matrix;
    }

    static DMatrix matrix(Rows rows) throws XGBoostError {
        return new DMatrix(rows.values(), rows.count(), rows.schema().size(), Float.NaN);
    }

    @Override
    public TrainedModel load(Task task, byte[] bytes) {
        return Artifact.read(bytes, KIND, VERSION, in -> {
            var rounds = in.readInt();
            try {
                return new BoostedTrees(task, loadBooster(task, Artifact.readBytes(in)), rounds);
            } catch (XGBoostError e) {
                throw new IllegalArgumentException("XGBoost cannot read the model", e);
            }
        });
    }

    private Booster loadBooster(Task task, byte[] bytes) throws XGBoostError, IOException {
        var booster = XGBoost.loadModel(bytes);
        var features = booster.getNumFeature();
        if (features != task.schema().size()) {
            booster.dispose();
            throw new IllegalArgumentException("The model has %d features, the task %d"
                    .formatted(features, task.schema().size()));
        }
        booster.setParam("nthread", threads);
        return booster;
    }
}
