package io.perennial.models.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a network learns, and how a step of learning changes it: AdamW (Loshchilov and Hutter, "Decoupled weight decay
 * regularization", ICLR 2019). Lives in the memory it was made in.
 */
public final class Parameters {

    private static final float BETA_1 = 0.9f;
    private static final float BETA_2 = 0.999f;
    private static final float EPSILON = 1e-8f;

    private final NDManager manager;
    private final List<Parameter> parameters = new ArrayList<>();
    private int steps;

    /** None yet. */
    public Parameters(NDManager manager) {
        this.manager = manager;
    }

    private record Parameter(NDArray value, NDArray mean, NDArray variance, float weightDecay) {}

    /** Adds one that begins with these values. */
    public void add(float[] values, Shape shape, float weightDecay) {
        var value = manager.create(FloatBuffer.wrap(values), shape);
        value.setRequiresGradient(true);
        parameters.add(new Parameter(value, manager.zeros(shape), manager.zeros(shape), weightDecay));
    }

    /**
     * One step down the gradient of a loss. The gradients live only as long as the step.
     *
     * @param loss of the parameters, computed in the memory of the step
     */
    public void step(float learningRate, Function<Step, NDArray> loss) {
        steps++;
        var corrected = (float) (learningRate * Math.sqrt(1 - Math.pow(BETA_2, steps)) / (1 - Math.pow(BETA_1, steps)));
        try (var scope = manager.newSubManager()) {
            var values = attachedTo(scope);
            try (var collector = Torch.engine().newGradientCollector()) {
                collector.backward(loss.apply(new Step(scope, values)));
            }
            for (var parameter : parameters) {
                scope.tempAttachAll(parameter.mean(), parameter.variance());
                var value = parameter.value();
                value.getNDArrayInternal()
                        .adamUpdate(
                                new NDList(value, value.getGradient(), parameter.mean(), parameter.variance()),
                                new NDList(value),
                                learningRate,
                                corrected,
                                parameter.weightDecay(),
                                1,
                                -1,
                                BETA_1,
                                BETA_2,
                                EPSILON,
                                false,
                                true);
            }
        }
    }

    /** What {@code use} makes of the parameters as they are; its arrays live only as long as the call. */
    public <T> T with(Function<Step, T> use) {
        try (var scope = manager.newSubManager()) {
            return use.apply(new Step(scope, attachedTo(scope)));
        }
    }

    /** A copy of the values of each. */
    public List<float[]> copy() {
        return parameters.stream()
                .map(parameter -> parameter.value().toFloatArray())
                .toList();
    }

    private List<NDArray> attachedTo(NDManager scope) {
        var values = parameters.stream().map(Parameter::value).toList();
        scope.tempAttachAll(values.toArray(NDArray[]::new));
        return values;
    }

    /**
     * What a step computes with.
     *
     * @param memory freed when the step is over
     * @param values of the parameters, in the order they were added
     */
    public record Step(NDManager memory, List<NDArray> values) {}
}
