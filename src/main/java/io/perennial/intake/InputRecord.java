package io.perennial.intake;

import io.vertx.core.json.JsonObject;
import java.util.TreeMap;

/**
 * One record of a file, its known fields sorted out from the others.
 *
 * @param line where the record begins, from 1
 * @param values text of the known fields in the order of the import's fields; null where missing or empty
 * @param attributes everything else; null when there is nothing else
 */
public record InputRecord(long line, String[] values, JsonObject attributes) {

    /** About how many characters the record holds. */
    long length() {
        var length = attributes == null ? 0L : attributes.encode().length();
        for (var value : values) {
            length += value == null ? 0 : value.length();
        }
        return length;
    }

    /** The attributes as JSON, in the order of their names, so that the order of a file's columns makes no difference. */
    String attributesInOrder() {
        return attributes == null ? null : new JsonObject(new TreeMap<>(attributes.getMap())).encode();
    }
}
