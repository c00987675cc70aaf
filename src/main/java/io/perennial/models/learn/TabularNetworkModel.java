package io.perennial.models.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/**
 * A trained {@link TabularNetwork}. Contributions are integrated gradients (Sundararajan, Taly and Yan, "Axiomatic
 * attribution for deep networks", ICML 2017) along the straight line from the mean training row to the row, both encoded. The
 * little that is left open at the end is spread over them, so that they add up to the score.
 */
final class TabularNetworkModel implements TrainedModel {

    private static final int FORMAT = 0x5461424d;
    private static final int BLOCK = 512;
    private static final int FIRST_STEPS = 32;
    private static final int MAX_STEPS = 512;

    /** The gap between contributions and score, in deviations of a regression's labels, that asks for no more steps. */
    private static final double TOLERANCE = 5e-4;

    private final Task task;
    private final TableEncoding encoding;
    private final float[] meanRow;
    private final double labelDeviation;
    private final Ensemble.Size size;
    private final List<float[]> parameters;
    private final NDManager manager;
    private final Ensemble ensemble;
    private final float meanRowScore;

    /**
     * Makes the network in memory of the engine.
     *
     * @param meanRow the mean of the encoded training rows
     * @param labelDeviation of the training labels, in which unit contributions are exact
     */
    TabularNetworkModel(
            Task task,
            TableEncoding encoding,
            float[] meanRow,
            double labelDeviation,
            Ensemble.Size size,
            List<float[]> parameters) {
        this.task = task;
        this.encoding = encoding;
        this.meanRow = meanRow;
        this.labelDeviation = labelDeviation;
        this.size = size;
        this.parameters = parameters;
        this.manager = Torch.newManager();
        this.ensemble = ensemble();
        this.meanRowScore = scoreEncoded(meanRow)[0];
    }

    private Ensemble ensemble() {
        var shapes = size.shapes();
        var arrays = new ArrayList<NDArray>();
        for (var i = 0; i < shapes.size(); i++) {
            arrays.add(manager.create(FloatBuffer.wrap(parameters.get(i)), shapes.get(i)));
        }
        return new Ensemble(size, arrays);
    }

    @Override
    public float[] score(Rows rows) {
        check(rows);
        var scores = new float[rows.count() * task.classes()];
        for (var from = 0; from < rows.count(); from += BLOCK) {
            var count = Math.min(BLOCK, rows.count() - from);
            var block = scoreEncoded(encoding.encode(rows, from, count));
            System.arraycopy(block, 0, scores, from * task.classes(), block.length);
        }
        return scores;
    }

    private float[] scoreEncoded(float[] encoded) {
        try (var scope = manager.newSubManager()) {
            return ensemble.meanOutputs(array(scope, encoded)).toFloatArray();
        }
    }

    @Override
    public float[] memberScores(Rows rows) {
        check(rows);
        if (task.classes() != 1) {
            throw new IllegalStateException("Only members of one output score one by one");
        }
        var scores = new float[rows.count() * size.members()];
        for (var from = 0; from < rows.count(); from += BLOCK) {
            var count = Math.min(BLOCK, rows.count() - from);
            var encoded = encoding.encode(rows, from, count);
            try (var scope = manager.newSubManager()) {
                var block = ensemble.memberOutputs(array(scope, encoded))
                        .reshape(size.members(), count)
                        .transpose()
                        .toFloatArray();
                System.arraycopy(block, 0, scores, from * size.members(), block.length);
            }
        }
        return scores;
    }

    private NDArray array(NDManager scope, float[] encoded) {
        return scope.create(FloatBuffer.wrap(encoded), new Shape(encoded.length / size.inputs(), size.inputs()));
    }

    @Override
    public float[] explain(Rows rows) {
        check(rows);
        if (task.classes() != 1) {
            throw new IllegalStateException("Only scores of one output are explained");
        }
        var features = task.schema().size();
        var explained = new float[rows.count() * (features + 1)];
        for (var from = 0; from < rows.count(); from += BLOCK) {
            var count = Math.min(BLOCK, rows.count() - from);
            explainBlock(encoding.encode(rows, from, count), explained, from * (features + 1));
        }
        return explained;
    }

    /** Explains rows with ever more steps until the contributions of each make up its score. */
    private void explainBlock(float[] encoded, float[] explained, int at) {
        var scores = scoreEncoded(encoded);
        var features = encoding.features();
        var stride = task.schema().size() + 1;
        var open = new int[scores.length];
        Arrays.setAll(open, i -> i);
        for (var steps = FIRST_STEPS; open.length > 0; steps *= 2) {
            var still = new int[open.length];
            var stillCount = 0;
            var rowsAtOnce = Math.max(1, BLOCK / steps);
            for (var from = 0; from < open.length; from += rowsAtOnce) {
                var chosen = Arrays.copyOfRange(open, from, Math.min(open.length, from + rowsAtOnce));
                var contributions = contributions(encoded, chosen, steps);
                for (var i = 0; i < chosen.length; i++) {
                    var target = at + chosen[i] * stride;
                    Arrays.fill(explained, target, target + stride - 1, 0);
                    for (var j = 0; j < size.inputs(); j++) {
                        explained[target + features[j]] += contributions[i * size.inputs() + j];
                    }
                    explained[target + stride - 1] = meanRowScore;
                    var gap = gap(explained, target, stride, scores[chosen[i]]);
                    if (Math.abs(gap) > TOLERANCE * Math.max(1, labelDeviation) && steps < MAX_STEPS) {
                        still[stillCount++] = chosen[i];
                    } else {
                        spread(gap, explained, target, stride - 1);
                    }
                }
            }
            open = Arrays.copyOf(still, stillCount);
        }
    }

    private static double gap(float[] explained, int from, int stride, float score) {
        var sum = 0.0;
        for (var i = from; i < from + stride; i++) {
            sum += explained[i];
        }
        return score - sum;
    }

    /** What the steps left open goes to the contributions in proportion to their size. */
    private static void spread(double gap, float[] explained, int from, int count) {
        var size = 0.0;
        for (var i = from; i < from + count; i++) {
            size += Math.abs(explained[i]);
        }
        for (var i = from; i < from + count && size > 0; i++) {
            explained[i] += (float) (gap * Math.abs(explained[i]) / size);
        }
    }

    /** The midpoint rule: the mean of the gradients at the middle of each step, times the way. */
    private float[] contributions(float[] encoded, int[] chosen, int steps) {
        var inputs = size.inputs();
        var points = new float[chosen.length * steps * inputs];
        for (var i = 0; i < chosen.length; i++) {
            for (var step = 0; step < steps; step++) {
                var way = (step + 0.5f) / steps;
                var target = (i * steps + step) * inputs;
                for (var j = 0; j < inputs; j++) {
                    points[target + j] = meanRow[j] + way * (encoded[chosen[i] * inputs + j] - meanRow[j]);
                }
            }
        }
        float[] gradients;
        try (var scope = manager.newSubManager()) {
            gradients = ensemble.gradients(array(scope, points), steps).toFloatArray();
        }
        for (var i = 0; i < chosen.length; i++) {
            for (var j = 0; j < inputs; j++) {
                gradients[i * inputs + j] *= (encoded[chosen[i] * inputs + j] - meanRow[j]) / steps;
            }
        }
        return gradients;
    }

    private void check(Rows rows) {
        if (!rows.schema().equals(task.schema())) {
            throw new IllegalArgumentException("The rows have other features than those that were learned from");
        }
    }

    /** The arrays of the engine that it holds now. */
    int arrays() {
        return manager.getManagedArrays().size();
    }

    @Override
    public byte[] toBytes() {
        try (var bytes = new ByteArrayOutputStream();
                var out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeInt(task.objective().ordinal());
            out.writeInt(task.classes());
            out.writeInt(task.schema().size());
            out.writeInt(size.members());
            out.writeInt(size.inputs());
            out.writeInt(size.width());
            out.writeInt(size.layers());
            out.writeDouble(labelDeviation);
            encoding.write(out);
            writeFloats(meanRow, out);
            for (var parameter : parameters) {
                writeFloats(parameter, out);
            }
            out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The model that {@link #toBytes} wrote, for the same task. */
    static TabularNetworkModel load(Task task, byte[] bytes) {
        var body = bytes.length - Long.BYTES;
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (body < Integer.BYTES
                    || in.readInt() != FORMAT
                    || checksum(bytes, body) != ByteBuffer.wrap(bytes).getLong(body)) {
                throw new IllegalArgumentException("Not a tabular network, or a damaged one");
            }
            if (in.readInt() != task.objective().ordinal()
                    || in.readInt() != task.classes()
                    || in.readInt() != task.schema().size()) {
                throw new IllegalArgumentException("A tabular network of another task");
            }
            var size = new Ensemble.Size(in.readInt(), in.readInt(), in.readInt(), in.readInt(), task.classes());
            var labelDeviation = in.readDouble();
            var encoding = TableEncoding.read(task.schema(), in);
            if (encoding.width() != size.inputs()) {
                throw new IllegalArgumentException("A tabular network of another task");
            }
            var meanRow = readFloats(size.inputs(), in);
            var parameters = new ArrayList<float[]>();
            for (var shape : size.shapes()) {
                parameters.add(readFloats(Math.toIntExact(shape.size()), in));
            }
            return new TabularNetworkModel(task, encoding, meanRow, labelDeviation, size, parameters);
        } catch (IOException | ArithmeticException e) {
            throw new IllegalArgumentException("A tabular network of another task, or a damaged one", e);
        }
    }

    private static long checksum(byte[] bytes, int length) {
        var sum = new CRC32();
        sum.update(bytes, 0, length);
        return sum.getValue();
    }

    private static void writeFloats(float[] values, DataOutputStream out) throws IOException {
        for (var value : values) {
            out.writeFloat(value);
        }
    }

    private static float[] readFloats(int count, DataInputStream in) throws IOException {
        if (count < 0 || count > in.available() / Float.BYTES) {
            throw new IOException(count + " numbers");
        }
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }

    @Override
    public void close() {
        manager.close();
    }
}
