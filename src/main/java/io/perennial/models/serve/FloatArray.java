package io.perennial.models.serve;

import io.vertx.core.buffer.Buffer;

/**
 * What PostgreSQL's {@code array_send} makes of a {@code float4[]} of one dimension: the number of dimensions, a flag for
 * nulls, the type of the elements, their number and the first index, four bytes each, and then for each element its length,
 * -1 for null, and its four bytes.
 */
final class FloatArray {

    private static final int COUNT = 12;
    private static final int ELEMENTS = 20;
    private static final int NULL = -1;

    private FloatArray() {}

    /** Reads as many floats as there must be, null as NaN. */
    static void read(Buffer array, float[] into, int offset, int count) {
        if (array.getInt(COUNT) != count) {
            throw new IllegalStateException("%d values instead of %d".formatted(array.getInt(COUNT), count));
        }
        var position = ELEMENTS;
        for (var i = 0; i < count; i++) {
            var length = array.getInt(position);
            position += Integer.BYTES;
            if (length == NULL) {
                into[offset + i] = Float.NaN;
            } else {
                into[offset + i] = array.getFloat(position);
                position += length;
            }
        }
    }
}
