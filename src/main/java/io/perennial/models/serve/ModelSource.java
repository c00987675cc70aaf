package io.perennial.models.serve;

import io.smallrye.mutiny.Uni;

/** Where the artifacts of model versions are kept. */
public interface ModelSource {

    /**
     * What the training of a version has left. A version never changes, so what is read is kept for a while.
     *
     * @return yields null when there is no such version
     */
    Uni<byte[]> artifact(ModelVersion version);
}
