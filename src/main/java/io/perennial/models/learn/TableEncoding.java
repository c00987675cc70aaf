package io.perennial.models.learn;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * Turns rows of features into the numbers that a network learns from. A numeric feature becomes its normal score, from the
 * quantiles of the training rows, and a flag of whether it is missing where it ever was; a categorical feature becomes a
 * flag for each category when they are few, and a learned vector otherwise. A category that the training rows never had, and
 * a number that is missing for the first time, become what is between all others, and so say nothing.
 */
final class TableEncoding {

    /** The numbers of a learned vector. */
    static final int EMBEDDING = 8;

    private static final int MAX_FLAGS = 8;
    private static final int MAX_BREAKPOINTS = 256;

    private final List<Column> columns;
    private final int fixedWidth;
    private final int width;

    private TableEncoding(List<Column> columns) {
        this.columns = List.copyOf(columns);
        this.fixedWidth = columns.stream()
                .filter(column -> !column.learned())
                .mapToInt(Column::width)
                .sum();
        this.width = columns.stream().mapToInt(Column::width).sum();
    }

    /** Looks at the training rows. Learned vectors are zero until {@link #withVectors}. */
    static TableEncoding fit(Rows rows) {
        var columns = new ArrayList<Column>();
        for (var feature = 0; feature < rows.schema().size(); feature++) {
            var categories = rows.schema().features().get(feature).categories();
            columns.add(
                    categories == null
                            ? NumberColumn.fit(rows, feature)
                            : CategoryColumn.fit(rows, feature, categories.size()));
        }
        return new TableEncoding(columns);
    }

    /** The numbers that a row becomes: the fixed ones of all features, then the learned ones. */
    int width() {
        return width;
    }

    /** The numbers of a row that are not learned. */
    int fixedWidth() {
        return fixedWidth;
    }

    /** The categories, one after the other, that have learned vectors. */
    int vectors() {
        return columns.stream()
                .filter(Column::learned)
                .mapToInt(column -> ((CategoryColumn) column).vectors().length)
                .sum();
    }

    /** For each number of an encoded row, the index of the feature that it comes from. */
    int[] features() {
        var features = new int[width];
        var fixed = 0;
        var learned = fixedWidth;
        for (var feature = 0; feature < columns.size(); feature++) {
            var column = columns.get(feature);
            var at = column.learned() ? learned : fixed;
            Arrays.fill(features, at, at + column.width(), feature);
            learned += column.learned() ? column.width() : 0;
            fixed += column.learned() ? 0 : column.width();
        }
        return features;
    }

    /** The encoded rows, one after the other. */
    float[] encode(Rows rows, int from, int count) {
        var encoded = new float[count * width];
        var fixed = 0;
        var learned = fixedWidth;
        for (var feature = 0; feature < columns.size(); feature++) {
            var column = columns.get(feature);
            var at = column.learned() ? learned : fixed;
            for (var row = 0; row < count; row++) {
                column.encode(rows.get(from + row, feature), encoded, row * width + at);
            }
            learned += column.learned() ? column.width() : 0;
            fixed += column.learned() ? 0 : column.width();
        }
        return encoded;
    }

    /** For each row, which of the {@link #vectors()} each of its features with learned vectors has. */
    long[] vectorIndexes(Rows rows) {
        var features = features();
        var learned = (width - fixedWidth) / EMBEDDING;
        var indexes = new long[rows.count() * learned];
        var offset = 0;
        for (var i = 0; i < learned; i++) {
            var feature = features[fixedWidth + i * EMBEDDING];
            var column = (CategoryColumn) columns.get(feature);
            for (var row = 0; row < rows.count(); row++) {
                indexes[row * learned + i] = offset + column.index(rows.get(row, feature));
            }
            offset += column.vectors().length;
        }
        return indexes;
    }

    /** The same encoding with vectors that were learned, each {@link #EMBEDDING} numbers. */
    TableEncoding withVectors(float[] learned) {
        var replaced = new ArrayList<Column>();
        var at = 0;
        for (var column : columns) {
            if (column.learned()) {
                var category = (CategoryColumn) column;
                var vectors = new float[category.vectors().length][];
                for (var i = 0; i < vectors.length; i++, at += EMBEDDING) {
                    vectors[i] = Arrays.copyOfRange(learned, at, at + EMBEDDING);
                }
                replaced.add(category.withVectors(vectors));
            } else {
                replaced.add(column);
            }
        }
        return new TableEncoding(replaced);
    }

    void write(DataOutputStream out) throws IOException {
        for (var column : columns) {
            column.write(out);
        }
    }

    static TableEncoding read(FeatureSchema schema, DataInputStream in) throws IOException {
        var columns = new ArrayList<Column>();
        for (var feature : schema.features()) {
            columns.add(feature.isCategorical() ? CategoryColumn.read(feature, in) : NumberColumn.read(in));
        }
        return new TableEncoding(columns);
    }

    private static void writeFloats(float[] values, DataOutputStream out) throws IOException {
        out.writeInt(values.length);
        for (var value : values) {
            out.writeFloat(value);
        }
    }

    private static float[] readFloats(DataInputStream in) throws IOException {
        var length = in.readInt();
        if (length < 0 || length > in.available() / Float.BYTES) {
            throw new IOException(length + " numbers");
        }
        var values = new float[length];
        for (var i = 0; i < length; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }

    /** What one feature becomes. */
    private sealed interface Column permits NumberColumn, CategoryColumn {

        int width();

        boolean learned();

        void encode(float value, float[] encoded, int at);

        void write(DataOutputStream out) throws IOException;
    }

    /**
     * A number.
     *
     * @param values breakpoints, ascending
     * @param scores the normal score of each, of mean 0 and variance 1 over the training rows
     * @param flagged whether a second number says that it is missing
     */
    private record NumberColumn(float[] values, float[] scores, boolean flagged) implements Column {

        static NumberColumn fit(Rows rows, int feature) {
            var present = new float[rows.count()];
            var count = 0;
            for (var row = 0; row < rows.count(); row++) {
                var value = rows.get(row, feature);
                if (!Float.isNaN(value)) {
                    present[count++] = value;
                }
            }
            Arrays.sort(present, 0, count);
            var values = new float[count];
            var scores = new float[count];
            var normal = new NormalDistribution();
            var distinct = 0;
            var sum = 0.0;
            var squares = 0.0;
            for (var first = 0; first < count; ) {
                var end = first;
                while (end < count && present[end] == present[first]) {
                    end++;
                }
                var score = normal.inverseCumulativeProbability((first + end) / 2.0 / count);
                values[distinct] = present[first];
                scores[distinct++] = (float) score;
                sum += score * (end - first);
                squares += score * score * (end - first);
                first = end;
            }
            var mean = sum / count;
            var deviation = Math.sqrt(Math.max(1e-12, squares / count - mean * mean));
            return thinned(Arrays.copyOf(values, distinct), Arrays.copyOf(scores, distinct), mean, deviation)
                    .flagged(count < rows.count());
        }

        private static NumberColumn thinned(float[] values, float[] scores, double mean, double deviation) {
            var kept = Math.min(values.length, MAX_BREAKPOINTS);
            var keptValues = new float[kept];
            var keptScores = new float[kept];
            for (var i = 0; i < kept; i++) {
                var from = kept == 1 ? 0 : (int) ((long) i * (values.length - 1) / (kept - 1));
                keptValues[i] = values[from];
                keptScores[i] = (float) ((scores[from] - mean) / deviation);
            }
            return new NumberColumn(keptValues, keptScores, false);
        }

        private NumberColumn flagged(boolean flag) {
            return new NumberColumn(values, scores, flag);
        }

        @Override
        public int width() {
            return flagged ? 2 : 1;
        }

        @Override
        public boolean learned() {
            return false;
        }

        @Override
        public void encode(float value, float[] encoded, int at) {
            if (Float.isNaN(value)) {
                if (flagged) {
                    encoded[at + 1] = 1;
                }
            } else if (values.length > 0) {
                encoded[at] = score(value);
            }
        }

        private float score(float value) {
            var found = Arrays.binarySearch(values, value);
            if (found >= 0) {
                return scores[found];
            }
            var after = -found - 1;
            if (after == 0 || after == values.length) {
                return scores[after == 0 ? 0 : after - 1];
            }
            var before = after - 1;
            var way = (value - values[before]) / (values[after] - values[before]);
            return scores[before] + way * (scores[after] - scores[before]);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            writeFloats(values, out);
            writeFloats(scores, out);
            out.writeBoolean(flagged);
        }

        static NumberColumn read(DataInputStream in) throws IOException {
            var values = readFloats(in);
            var scores = readFloats(in);
            if (values.length != scores.length) {
                throw new IOException("Breakpoints and scores differ");
            }
            return new NumberColumn(values, scores, in.readBoolean());
        }
    }

    /**
     * One of a few values.
     *
     * @param vectors what each category becomes; the last is for values that are missing or no category
     * @param shares of each in the training rows
     */
    private record CategoryColumn(float[][] vectors, float[] shares, boolean learned) implements Column {

        static CategoryColumn fit(Rows rows, int feature, int categories) {
            var learned = categories > MAX_FLAGS;
            var unfitted = new CategoryColumn(new float[categories + 1][EMBEDDING], new float[categories + 1], learned);
            for (var row = 0; row < rows.count(); row++) {
                unfitted.shares[unfitted.index(rows.get(row, feature))] += 1f / rows.count();
            }
            return learned ? unfitted : unfitted.withVectors(flags(categories + 1));
        }

        private static float[][] flags(int count) {
            var flags = new float[count][count];
            for (var i = 0; i < count; i++) {
                flags[i][i] = 1;
            }
            return flags;
        }

        CategoryColumn withVectors(float[][] fresh) {
            var mean = new float[fresh[0].length];
            for (var i = 0; i < fresh.length; i++) {
                for (var j = 0; j < mean.length; j++) {
                    mean[j] += shares[i] * fresh[i][j];
                }
            }
            for (var i = 0; i < fresh.length; i++) {
                fresh[i] = shares[i] == 0 ? mean : fresh[i];
            }
            return new CategoryColumn(fresh, shares, learned);
        }

        int index(float value) {
            return value >= 0 && value < vectors.length - 1 ? (int) value : vectors.length - 1;
        }

        @Override
        public int width() {
            return vectors[0].length;
        }

        @Override
        public void encode(float value, float[] encoded, int at) {
            System.arraycopy(vectors[index(value)], 0, encoded, at, vectors[0].length);
        }

        @Override
        public void write(DataOutputStream out) throws IOException {
            out.writeBoolean(learned);
            writeFloats(shares, out);
            for (var vector : vectors) {
                writeFloats(vector, out);
            }
        }

        static CategoryColumn read(FeatureSchema.Feature feature, DataInputStream in) throws IOException {
            var learned = in.readBoolean();
            var shares = readFloats(in);
            if (shares.length != feature.categories().size() + 1) {
                throw new IOException("%s has %d categories, not %d"
                        .formatted(feature.name(), feature.categories().size(), shares.length - 1));
            }
            var vectors = new float[shares.length][];
            for (var i = 0; i < vectors.length; i++) {
                vectors[i] = readFloats(in);
                if (vectors[i].length == 0 || vectors[i].length != vectors[0].length) {
                    throw new IOException("Vectors of " + feature.name() + " differ in length");
                }
            }
            return new CategoryColumn(vectors, shares, learned);
        }
    }
}
