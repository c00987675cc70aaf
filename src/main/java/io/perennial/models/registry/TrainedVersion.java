package io.perennial.models.registry;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What a training leaves.
 *
 * @param features names, in their order
 * @param choices what it chooses from; empty for a kind that does not choose
 * @param metrics how good it is, on rows that nothing was learned from
 * @param reference how features and predictions were spread
 * @param snapshots the instants that its rows are as of
 */
public record TrainedVersion(
        String learner,
        List<String> features,
        List<String> choices,
        byte[] artifact,
        JsonObject metrics,
        JsonObject reference,
        JsonObject snapshots) {}
