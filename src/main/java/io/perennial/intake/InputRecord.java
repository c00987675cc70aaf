package io.perennial.intake;

import io.vertx.core.json.JsonObject;

/**
 * One record of a file, its known fields sorted out from the others.
 *
 * @param line where the record begins, from 1
 * @param values text of the known fields in the order of the import's fields; null where missing or empty
 * @param attributes everything else; null when there is nothing else
 */
public record InputRecord(long line, String[] values, JsonObject attributes) {}
