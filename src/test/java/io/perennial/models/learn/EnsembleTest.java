package io.perennial.models.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {

    private static final int MEMBERS = 5;
    private static final int ROWS = 7;
    private static final int INPUTS = 3;

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void meanOutputsAreTheMeansOfTheMembersOutputs(int outputs) {
        var size = new Ensemble.Size(MEMBERS, INPUTS, 8, 2, outputs);
        var random = new SplittableRandom(11);
        try (var manager = Torch.newManager()) {
            var ensemble = new Ensemble(size, parameters(manager, size, random));
            var rows = array(manager, new Shape(ROWS, INPUTS), random);

            var ofMembers = ensemble.outputs(rows, 0).toFloatArray();
            var means = ensemble.meanOutputs(rows).toFloatArray();

            assertThat(means).hasSize(ROWS * outputs);
            for (var i = 0; i < means.length; i++) {
                var sum = 0.0;
                for (var member = 0; member < MEMBERS; member++) {
                    sum += ofMembers[member * means.length + i];
                }
                assertThat((double) means[i]).isCloseTo(sum / MEMBERS, within(1e-5));
            }
            assertThat(means[0]).isNotEqualTo(means[outputs]);
        }
    }

    private static ArrayList<NDArray> parameters(NDManager manager, Ensemble.Size size, SplittableRandom random) {
        var parameters = new ArrayList<NDArray>();
        for (var shape : size.shapes()) {
            parameters.add(array(manager, shape, random));
        }
        return parameters;
    }

    private static NDArray array(NDManager manager, Shape shape, SplittableRandom random) {
        var values = new float[(int) shape.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return manager.create(FloatBuffer.wrap(values), shape);
    }
}
