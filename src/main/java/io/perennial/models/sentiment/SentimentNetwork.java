package io.perennial.models.sentiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import io.perennial.models.learn.Parameters;
import io.perennial.models.learn.Torch;

/** A small network that tells from the {@link TextFeatures} of a text whether it is negative, neutral or positive. */
final class SentimentNetwork implements AutoCloseable {

    private static final int HIDDEN = 32;
    private static final int BATCH = 32;
    private static final int EPOCHS = 14;
    private static final int BLOCK = 256;
    private static final float LEARNING_RATE = 5e-3f;
    private static final float WEIGHT_DECAY = 0.05f;
    private static final float FEATURE_DROPOUT = 0.3f;
    private static final float HIDDEN_DROPOUT = 0.3f;

    private final NDManager memory;
    private final NDList layers;

    private SentimentNetwork(List<float[]> parameters) {
        memory = Torch.newManager();
        layers = new NDList();
        var shapes = shapes();
        for (var i = 0; i < shapes.size(); i++) {
            layers.add(memory.create(FloatBuffer.wrap(parameters.get(i)), shapes.get(i)));
        }
    }

    private record Example(float[] numbers, int feeling) {

        static Example of(Sentence sentence) {
            var numbers = new float[TextFeatures.SIZE];
            TextFeatures.write(sentence.text(), numbers, 0);
            return new Example(numbers, sentence.feeling());
        }
    }

    /** Learns from sentences: the same sentences and seed give the same network. */
    static SentimentNetwork train(List<Sentence> sentences, long seed) {
        return Torch.train(seed, () -> {
            try (var memory = Torch.newManager()) {
                var parameters = start(memory, new Random(seed));
                var order = new ArrayList<Example>();
                sentences.forEach(sentence -> order.add(Example.of(sentence)));
                var random = new Random(seed);
                for (var epoch = 0; epoch < EPOCHS; epoch++) {
                    Collections.shuffle(order, random);
                    var rate = LEARNING_RATE * (1 - (float) epoch / EPOCHS);
                    for (var from = 0; from < order.size(); from += BATCH) {
                        var batch = order.subList(from, Math.min(order.size(), from + BATCH));
                        parameters.step(rate, step -> loss(step, batch));
                    }
                }
                return new SentimentNetwork(parameters.copy());
            }
        });
    }

    private static List<Shape> shapes() {
        var feelings = Sentence.FEELINGS.length();
        return List.of(
                new Shape(HIDDEN, TextFeatures.SIZE),
                new Shape(HIDDEN),
                new Shape(feelings, HIDDEN),
                new Shape(feelings));
    }

    private static Parameters start(NDManager memory, Random random) {
        var parameters = new Parameters(memory);
        for (var shape : shapes()) {
            var matrix = shape.dimension() == 2;
            var values = new float[Math.toIntExact(shape.size())];
            for (var i = 0; matrix && i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() / Math.sqrt(HIDDEN));
            }
            parameters.add(values, shape, matrix ? WEIGHT_DECAY : 0);
        }
        return parameters;
    }

    private static NDArray loss(Parameters.Step step, List<Example> batch) {
        var feelings = Sentence.FEELINGS.length();
        var numbers = new float[batch.size() * TextFeatures.SIZE];
        var flags = new float[batch.size() * feelings];
        for (var i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).numbers(), 0, numbers, i * TextFeatures.SIZE, TextFeatures.SIZE);
            flags[i * feelings + batch.get(i).feeling()] = 1;
        }
        var input = dropped(array(step.memory(), numbers), FEATURE_DROPOUT);
        var values = step.values();
        var hidden = dropped(
                linear(input, values.get(0), values.get(1)).getNDArrayInternal().relu(), HIDDEN_DROPOUT);
        var outputs = linear(hidden, values.get(2), values.get(3));
        var targets = step.memory().create(FloatBuffer.wrap(flags), new Shape(batch.size(), feelings));
        return outputs.logSoftmax(1).mul(targets).sum().div(-(float) batch.size());
    }

    private static NDArray array(NDManager memory, float[] numbers) {
        return memory.create(
                FloatBuffer.wrap(numbers), new Shape(numbers.length / TextFeatures.SIZE, TextFeatures.SIZE));
    }

    private static NDArray linear(NDArray input, NDArray weight, NDArray bias) {
        return input.getNDArrayInternal().linear(input, weight, bias).singletonOrThrow();
    }

    private static NDArray dropped(NDArray input, float rate) {
        return input.getNDArrayInternal().dropout(input, rate, true).singletonOrThrow();
    }

    /** The probabilities of the {@link Sentence#FEELINGS} for each text. */
    List<float[]> probabilities(List<String> texts) {
        var feelings = Sentence.FEELINGS.length();
        var probabilities = new ArrayList<float[]>(texts.size());
        for (var from = 0; from < texts.size(); from += BLOCK) {
            var block = texts.subList(from, Math.min(texts.size(), from + BLOCK));
            var numbers = new float[block.size() * TextFeatures.SIZE];
            for (var i = 0; i < block.size(); i++) {
                TextFeatures.write(block.get(i), numbers, i * TextFeatures.SIZE);
            }
            try (var scope = memory.newSubManager()) {
                var hidden = linear(array(scope, numbers), layers.get(0), layers.get(1))
                        .getNDArrayInternal()
                        .relu();
                var all =
                        linear(hidden, layers.get(2), layers.get(3)).softmax(1).toFloatArray();
                for (var i = 0; i < block.size(); i++) {
                    probabilities.add(Arrays.copyOfRange(all, i * feelings, (i + 1) * feelings));
                }
            }
        }
        return probabilities;
    }

    @Override
    public void close() {
        memory.close();
    }
}
