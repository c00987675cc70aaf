package io.perennial.models.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Learns with TabM, an {@link Ensemble} of networks that share most of their weights: each member is trained for itself, on
 * the mean of the members' losses, and the mean of their outputs predicts. For whether something happens that is the mean of
 * their log-odds, not the log-odds of their mean probability: then the contributions of the features to the score are the
 * means of those to the members, and a member that is sure does not silence the others' doubts.
 */
public final class TabularNetwork implements Learner {

    private static final Recipe RECIPE = new Recipe(8, 64, 2, 0.1f, 2e-3f, 3e-4f, 8, 60);

    private final Recipe recipe;

    /** With the settings that did well on tables of customers. */
    public TabularNetwork() {
        this(RECIPE);
    }

    TabularNetwork(Recipe recipe) {
        this.recipe = recipe;
    }

    /**
     * How it is trained.
     *
     * @param dropout the share of neurons left out at random in a step
     * @param patience epochs without a better validation loss after which training ends
     */
    record Recipe(
            int members,
            int width,
            int layers,
            float dropout,
            float learningRate,
            float weightDecay,
            int patience,
            int maxEpochs) {}

    @Override
    public String name() {
        return "tabm";
    }

    @Override
    public TrainedModel fit(Task task, LabelledRows training, LabelledRows validation, long seed) {
        if (training.count() == 0 || validation.count() == 0) {
            throw new IllegalArgumentException("There have to be rows to train and rows to validate with");
        }
        return Torch.train(seed, () -> new Fit(task, training, validation, seed).run());
    }

    @Override
    public TrainedModel load(Task task, byte[] bytes) {
        return TabularNetworkModel.load(task, bytes);
    }

    /** One training. */
    private final class Fit {

        private static final int MIN_BATCH = 128;
        private static final int MAX_BATCH = 1024;
        private static final int STEPS_PER_EPOCH = 40;

        private final Task task;
        private final LabelledRows training;
        private final LabelledRows validation;
        private final SplittableRandom random;
        private final TableEncoding encoding;
        private final Ensemble.Size size;
        private final double labelMean;
        private final double labelDeviation;

        Fit(Task task, LabelledRows training, LabelledRows validation, long seed) {
            this.task = task;
            this.training = training;
            this.validation = validation;
            this.random = new SplittableRandom(seed);
            this.encoding = TableEncoding.fit(training.rows());
            this.size = new Ensemble.Size(
                    recipe.members(), encoding.width(), recipe.width(), recipe.layers(), task.classes());
            var regression = task.objective() == Objective.REGRESSION;
            this.labelMean = regression ? mean(training.labels()) : 0;
            this.labelDeviation = regression ? deviation(training.labels(), labelMean) : 1;
        }

        TrainedModel run() {
            try (var manager = Torch.newManager()) {
                var parameters = new Parameters(manager);
                var shapes = size.shapes();
                var start = size.start(random);
                for (var i = 0; i < shapes.size(); i++) {
                    parameters.add(start.get(i), shapes.get(i), size.decays(i) ? recipe.weightDecay() : 0);
                }
                if (encoding.vectors() > 0) {
                    parameters.add(
                            startVectors(),
                            new Shape(encoding.vectors(), TableEncoding.EMBEDDING),
                            recipe.weightDecay());
                }
                return model(best(parameters));
            }
        }

        private float[] startVectors() {
            var vectors = new float[encoding.vectors() * TableEncoding.EMBEDDING];
            var bound = 1 / Math.sqrt(TableEncoding.EMBEDDING);
            for (var i = 0; i < vectors.length; i++) {
                vectors[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
            return vectors;
        }

        /** The parameters of the epoch with the least validation loss. */
        private List<float[]> best(Parameters parameters) {
            var rows = new Encoded(training.rows());
            var unseen = new Encoded(validation.rows());
            var order = new int[training.count()];
            Arrays.setAll(order, i -> i);
            var batch = batchSize(order.length);
            var bestLoss = Double.POSITIVE_INFINITY;
            List<float[]> best = parameters.copy();
            var bestEpoch = 0;
            for (var epoch = 1; epoch <= recipe.maxEpochs() && epoch - bestEpoch <= recipe.patience(); epoch++) {
                shuffle(order);
                for (var from = 0; from + batch <= order.length; from += batch) {
                    var chosen = Arrays.copyOfRange(order, from, from + batch);
                    parameters.step(recipe.learningRate(), step -> loss(step, rows, chosen));
                }
                var loss = validationLoss(parameters, unseen);
                if (loss < bestLoss) {
                    bestLoss = loss;
                    best = parameters.copy();
                    bestEpoch = epoch;
                }
            }
            return best;
        }

        private int batchSize(int rows) {
            var wanted = Integer.highestOneBit(Math.max(1, rows / STEPS_PER_EPOCH));
            return Math.min(rows, Math.max(MIN_BATCH, Math.min(MAX_BATCH, wanted)));
        }

        private void shuffle(int[] order) {
            for (var i = order.length - 1; i > 0; i--) {
                var j = random.nextInt(i + 1);
                var swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }

        private NDArray loss(Parameters.Step step, Encoded rows, int[] chosen) {
            var outputs = outputs(step, rows, chosen, recipe.dropout());
            var labels = new float[chosen.length];
            for (var i = 0; i < labels.length; i++) {
                labels[i] = training.labels()[chosen[i]];
            }
            if (task.objective() == Objective.MULTICLASS) {
                var flags = step.memory()
                        .create(FloatBuffer.wrap(flags(labels)), new Shape(1, labels.length, task.classes()));
                return outputs.logSoftmax(2).mul(flags).sum().div(-(float) labels.length * size.members());
            }
            for (var i = 0; i < labels.length; i++) {
                labels[i] = (float) ((labels[i] - labelMean) / labelDeviation);
            }
            var targets = step.memory().create(FloatBuffer.wrap(labels), new Shape(1, labels.length, 1));
            return task.objective() == Objective.REGRESSION
                    ? outputs.sub(targets).square().mean()
                    : outputs.getNDArrayInternal()
                            .softPlus()
                            .sub(outputs.mul(targets))
                            .mean();
        }

        private float[] flags(float[] labels) {
            var flags = new float[labels.length * task.classes()];
            for (var i = 0; i < labels.length; i++) {
                flags[i * task.classes() + (int) labels[i]] = 1;
            }
            return flags;
        }

        private NDArray outputs(Parameters.Step step, Encoded rows, int[] chosen, float dropout) {
            var parameters = step.values();
            var encoded = step.memory()
                    .create(FloatBuffer.wrap(rows.fixed(chosen)), new Shape(chosen.length, encoding.fixedWidth()));
            if (encoding.vectors() > 0) {
                var indexes = rows.vectorIndexes(chosen);
                var categories = step.memory()
                        .create(LongBuffer.wrap(indexes), new Shape(chosen.length, indexes.length / chosen.length));
                var vectors = categories
                        .getNDArrayInternal()
                        .embedding(categories, parameters.get(parameters.size() - 1), SparseFormat.DENSE)
                        .singletonOrThrow()
                        .reshape(chosen.length, encoding.width() - encoding.fixedWidth());
                encoded = encoded.concat(vectors, 1);
            }
            return new Ensemble(size, parameters).outputs(encoded, dropout);
        }

        private double validationLoss(Parameters parameters, Encoded rows) {
            var sum = 0.0;
            for (var from = 0; from < validation.count(); from += MAX_BATCH) {
                var first = from;
                var chosen = new int[Math.min(MAX_BATCH, validation.count() - from)];
                Arrays.setAll(chosen, i -> first + i);
                var scores = parameters.with(step -> outputs(step, rows, chosen, 0)
                        .stopGradient()
                        .mean(new int[] {0})
                        .toFloatArray());
                for (var i = 0; i < chosen.length; i++) {
                    sum += loss(scores, i, validation.labels()[chosen[i]]);
                }
            }
            return sum / validation.count();
        }

        private double loss(float[] scores, int row, double label) {
            if (task.objective() == Objective.REGRESSION) {
                var error = scores[row] - (label - labelMean) / labelDeviation;
                return error * error;
            }
            if (task.objective() == Objective.BINARY) {
                var score = scores[row];
                return Math.max(score, 0) - score * label + Math.log1p(Math.exp(-Math.abs(score)));
            }
            var sum = 0.0;
            var own = scores[row * task.classes() + (int) label];
            for (var i = 0; i < task.classes(); i++) {
                sum += Math.exp(scores[row * task.classes() + i] - own);
            }
            return Math.log(sum);
        }

        private TrainedModel model(List<float[]> learned) {
            var parameters = new ArrayList<>(learned);
            var finished =
                    encoding.vectors() > 0 ? encoding.withVectors(parameters.remove(parameters.size() - 1)) : encoding;
            var heads = parameters.size() - 2;
            parameters.set(heads, scaled(parameters.get(heads), labelDeviation, 0));
            parameters.set(heads + 1, scaled(parameters.get(heads + 1), labelDeviation, labelMean));
            return new TabularNetworkModel(task, finished, meanRow(finished), labelDeviation, size, parameters);
        }

        private float[] scaled(float[] values, double factor, double shift) {
            var scaled = new float[values.length];
            for (var i = 0; i < values.length; i++) {
                scaled[i] = (float) (values[i] * factor + shift);
            }
            return scaled;
        }

        private float[] meanRow(TableEncoding finished) {
            var sums = new double[finished.width()];
            for (var row = 0; row < training.count(); row++) {
                var encoded = finished.encode(training.rows(), row, 1);
                for (var i = 0; i < sums.length; i++) {
                    sums[i] += encoded[i];
                }
            }
            var means = new float[sums.length];
            for (var i = 0; i < means.length; i++) {
                means[i] = (float) (sums[i] / training.count());
            }
            return means;
        }

        /** Rows as training reads them, in any order. */
        private final class Encoded {

            private final float[] all;
            private final long[] vectorIndexes;

            Encoded(Rows rows) {
                all = encoding.encode(rows, 0, rows.count());
                vectorIndexes = encoding.vectorIndexes(rows);
            }

            float[] fixed(int[] chosen) {
                var width = encoding.fixedWidth();
                var fixed = new float[chosen.length * width];
                for (var i = 0; i < chosen.length; i++) {
                    System.arraycopy(all, chosen[i] * encoding.width(), fixed, i * width, width);
                }
                return fixed;
            }

            long[] vectorIndexes(int[] chosen) {
                var width = (encoding.width() - encoding.fixedWidth()) / TableEncoding.EMBEDDING;
                var indexes = new long[chosen.length * width];
                for (var i = 0; i < chosen.length; i++) {
                    System.arraycopy(vectorIndexes, chosen[i] * width, indexes, i * width, width);
                }
                return indexes;
            }
        }
    }

    private static double mean(float[] values) {
        var sum = 0.0;
        for (var value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double deviation(float[] values, double mean) {
        var sum = 0.0;
        for (var value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum == 0 ? 1 : Math.sqrt(sum / values.length);
    }
}
