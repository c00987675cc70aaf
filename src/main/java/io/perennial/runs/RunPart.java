package io.perennial.runs;

import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * A part of a run.
 *
 * @param asOf only data up to this instant count
 * @param firstCustomer of the range, inclusive
 * @param lastCustomer of the range, inclusive
 * @param parameters what the run was asked for besides its kind; empty when nothing
 * @param results of the steps before that looked at all customers at once, by their names
 */
public record RunPart(
        UUID organization,
        UUID runId,
        OffsetDateTime asOf,
        UUID firstCustomer,
        UUID lastCustomer,
        JsonObject parameters,
        JsonObject results) {

    private static final UUID FIRST = new UUID(0, 0);
    private static final UUID LAST = new UUID(-1, -1);

    /** All customers. */
    public static RunPart whole(
            UUID organization, UUID runId, OffsetDateTime asOf, JsonObject parameters, JsonObject results) {
        return new RunPart(organization, runId, asOf, FIRST, LAST, parameters, results);
    }

    /**
     * A fair share of the customers, whose ids are evenly spread.
     *
     * @param index from 0
     * @param count of the shares
     */
    static UUID[] range(int index, int count) {
        return new UUID[] {
            index == 0 ? FIRST : new UUID(start(index, count), 0),
            index == count - 1 ? LAST : new UUID(start(index + 1, count) - 1, -1)
        };
    }

    private static long start(int index, int count) {
        return ((index * (1L << 32)) / count) << 32;
    }
}
