package io.perennial.models.serve;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How models answer. */
@ConfigMapping(prefix = "perennial.models.inference")
public interface InferenceConfig {

    /** Threads that score: no more than there are cores. Blocks leave one of them to single customers, if there are two. */
    @WithDefault("2")
    int workers();

    /** Single customers that are scored together at most. */
    @WithDefault("64")
    int maxBatchSize();

    /** How long a customer waits at most for others to be scored together with, while the other workers have work. */
    @WithDefault("2ms")
    Duration maxBatchDelay();

    /** Single customers that may wait; one more fails at once. */
    @WithDefault("1024")
    int queueCapacity();

    /** Blocks that may wait; one more fails at once. */
    @WithDefault("64")
    int blockQueueCapacity();

    /** How long the answer for a single customer may take, waiting included. */
    @WithDefault("2s")
    Duration timeLimit();

    /** How long the answer for a block may take, waiting included. */
    @WithDefault("2m")
    Duration blockTimeLimit();

    /** Models that each worker keeps loaded; the one that was not used for longest is closed. */
    @WithDefault("64")
    int modelsPerWorker();

    /** Bytes of artifacts that are kept to load models from without asking the database again. */
    @WithDefault("134217728")
    long artifactBytes();

    /** Failures in a row after which a version is left alone. */
    @WithDefault("5")
    int failuresToOpen();

    /** How long it is left alone before one more is tried. */
    @WithDefault("30s")
    Duration openFor();
}
