package io.perennial.offers.sync;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.UUID;

/** Reads all offers of an outside system. */
public interface Connector {

    /**
     * What a system has.
     *
     * @param notModified whether it says that it has not changed; there are no items then
     * @param items the offers in its own words
     * @param etag by which to ask the next time whether it has changed; null when it cannot tell
     */
    record Fetched(boolean notModified, List<JsonNode> items, String etag) {}

    /**
     * Reads everything or nothing.
     *
     * @param organization whose secrets may be sent
     * @param etag of the last time; null to read in any case
     * @return fails with {@link SourceFailure}
     */
    Uni<Fetched> fetch(UUID organization, String system, SourceDescription source, String etag);
}
