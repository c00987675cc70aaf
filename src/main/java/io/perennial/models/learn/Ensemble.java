package io.perennial.models.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The layers of TabM (Gorishniy et al., "TabM: Advancing tabular deep learning with parameter-efficient ensembling", ICLR
 * 2025): {@code members} networks in one. All share the weights W of a layer, and each has its own scalings r and s, its own
 * biases b and its own head: {@code h → relu(s ⊙ W (r ⊙ h) + b)}. As {@code s ⊙ W (r ⊙ h) = (diag(s) W diag(r)) h}, the
 * scalings are folded into weights of each member first, which are few, rather than applied to rows, which are many.
 */
final class Ensemble {

    /**
     * How large it is.
     *
     * @param inputs numbers of an encoded row
     * @param width neurons of each layer of each member
     * @param outputs of each head
     */
    record Size(int members, int inputs, int width, int layers, int outputs) {

        private static final int PER_LAYER = 4;

        /** The parameters in their order: W, r, s and b of each layer, then weights and biases of the heads. */
        List<Shape> shapes() {
            var shapes = new ArrayList<Shape>();
            for (var layer = 0; layer < layers; layer++) {
                shapes.add(new Shape(1, width, layerInputs(layer)));
                shapes.add(new Shape(members, 1, layerInputs(layer)));
                shapes.add(new Shape(members, width, 1));
                shapes.add(new Shape(members, 1, width));
            }
            shapes.add(new Shape(members, width, outputs));
            shapes.add(new Shape(members, 1, outputs));
            return shapes;
        }

        /** Whether a parameter is a matrix that weight decay applies to; scalings and biases it would only distort. */
        boolean decays(int parameter) {
            return parameter == PER_LAYER * layers || parameter < PER_LAYER * layers && parameter % PER_LAYER == 0;
        }

        /**
         * What training begins with: the first r are random signs, which is all that tells the members' features apart, the
         * other scalings are 1, and the rest is uniform within 1/√inputs.
         */
        List<float[]> start(SplittableRandom random) {
            var start = new ArrayList<float[]>();
            for (var layer = 0; layer < layers; layer++) {
                var bound = 1 / Math.sqrt(layerInputs(layer));
                start.add(uniform(width * layerInputs(layer), bound, random));
                start.add(layer == 0 ? signs(members * inputs, random) : ones(members * width));
                start.add(ones(members * width));
                start.add(repeated(uniform(width, bound, random), members));
            }
            start.add(uniform(members * width * outputs, 1 / Math.sqrt(width), random));
            start.add(uniform(members * outputs, 1 / Math.sqrt(width), random));
            return start;
        }

        private int layerInputs(int layer) {
            return layer == 0 ? inputs : width;
        }

        private static float[] uniform(int count, double bound, SplittableRandom random) {
            var values = new float[count];
            for (var i = 0; i < count; i++) {
                values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
            return values;
        }

        private static float[] signs(int count, SplittableRandom random) {
            var values = new float[count];
            for (var i = 0; i < count; i++) {
                values[i] = random.nextBoolean() ? 1 : -1;
            }
            return values;
        }

        private static float[] ones(int count) {
            var values = new float[count];
            Arrays.fill(values, 1);
            return values;
        }

        private static float[] repeated(float[] once, int times) {
            var values = new float[once.length * times];
            for (var i = 0; i < times; i++) {
                System.arraycopy(once, 0, values, i * once.length, once.length);
            }
            return values;
        }
    }

    private final Size size;
    private final NDArray firstWeight;
    private final NDArray firstBias;
    private final List<NDArray> weights = new ArrayList<>();
    private final List<NDArray> transposedWeights = new ArrayList<>();
    private final List<NDArray> biases = new ArrayList<>();
    private final NDArray headWeight;
    private final NDArray transposedHeadWeight;
    private final NDArray headBias;

    /**
     * Folds the scalings of parameters of the {@link Size#shapes()} into the weights. It looks into the memory of the
     * parameters, which have to live as long as it does.
     */
    Ensemble(Size size, List<NDArray> parameters) {
        this.size = size;
        firstWeight = folded(parameters, 0).reshape((long) size.members() * size.width(), size.inputs());
        firstBias = parameters.get(3).reshape((long) size.members() * size.width());
        for (var layer = 1; layer < size.layers(); layer++) {
            var weight = folded(parameters, layer);
            weights.add(weight);
            transposedWeights.add(weight.transpose(0, 2, 1));
            biases.add(parameters.get(Size.PER_LAYER * layer + 3));
        }
        headWeight = parameters.get(Size.PER_LAYER * size.layers());
        transposedHeadWeight = headWeight.transpose(0, 2, 1);
        headBias = parameters.get(Size.PER_LAYER * size.layers() + 1);
    }

    private static NDArray folded(List<NDArray> parameters, int layer) {
        var first = Size.PER_LAYER * layer;
        try (var half = parameters.get(first).mul(parameters.get(first + 1))) {
            return half.mul(parameters.get(first + 2));
        }
    }

    /**
     * The outputs of every member, {@code (members, rows, outputs)}.
     *
     * @param rows encoded, {@code (rows, inputs)}
     * @param dropout the share of neurons that are left out at random; 0 outside of training
     */
    NDArray outputs(NDArray rows, float dropout) {
        return hidden(rows, dropout).matMul(headWeight).addi(headBias);
    }

    /**
     * The means of the members' outputs, {@code (rows, outputs)}, outside of training. Where there is one output, matrices
     * of one column would take the engine several times as long as a product and a sum.
     *
     * @param rows encoded, {@code (rows, inputs)}
     */
    NDArray meanOutputs(NDArray rows) {
        return memberOutputs(rows).mean(new int[] {0});
    }

    /** The outputs of every member outside of training, {@code (members, rows, outputs)}. */
    NDArray memberOutputs(NDArray rows) {
        var hidden = hidden(rows, 0);
        return size.outputs() == 1
                ? hidden.muli(transposedHeadWeight).sum(new int[] {2}, true).addi(headBias)
                : hidden.matMul(headWeight).addi(headBias);
    }

    private NDArray hidden(NDArray rows, float dropout) {
        var hidden = dropped(byMember(first(rows).getNDArrayInternal().relu()), dropout);
        for (var layer = 1; layer < size.layers(); layer++) {
            hidden = dropped(next(layer, hidden).getNDArrayInternal().relu(), dropout);
        }
        return hidden;
    }

    /**
     * The gradients of the mean output of the members, summed over {@code steps} rows each, {@code (rows ÷ steps, inputs)}.
     * Defined for one output.
     */
    NDArray gradients(NDArray rows, int steps) {
        var active = new ArrayList<NDArray>();
        var sums = byMember(first(rows));
        active.add(sums.gt(0));
        for (var layer = 1; layer < size.layers(); layer++) {
            sums = next(layer, sums.getNDArrayInternal().relu());
            active.add(sums.gt(0));
        }
        var last = size.layers() - 1;
        var gradient = active.get(last).toType(DataType.FLOAT32, false).mul(transposedHeadWeight);
        for (var layer = last; layer > 0; layer--) {
            gradient = gradient.matMul(weights.get(layer - 1)).mul(active.get(layer - 1));
        }
        var points = rows.getShape().get(0) / steps;
        return gradient.reshape(size.members(), points, steps, size.width())
                .sum(new int[] {2})
                .transpose(1, 0, 2)
                .reshape(points, (long) size.members() * size.width())
                .matMul(firstWeight)
                .divi(size.members());
    }

    private NDArray first(NDArray rows) {
        return rows.getNDArrayInternal().linear(rows, firstWeight, firstBias).singletonOrThrow();
    }

    private NDArray next(int layer, NDArray hidden) {
        return hidden.matMul(transposedWeights.get(layer - 1)).addi(biases.get(layer - 1));
    }

    private NDArray byMember(NDArray wide) {
        return wide.reshape(wide.getShape().get(0), size.members(), size.width())
                .transpose(1, 0, 2);
    }

    /** The members leave out the same neurons of a row, which spares most of the random numbers. */
    private NDArray dropped(NDArray hidden, float dropout) {
        if (dropout == 0) {
            return hidden;
        }
        var ones = hidden.getManager().ones(new Shape(1, hidden.getShape().get(1), size.width()));
        return hidden.mul(ones.getNDArrayInternal().dropout(ones, dropout, true).singletonOrThrow());
    }
}
