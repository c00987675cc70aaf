package io.perennial.models.drift;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When a model is trained again by itself. */
@ConfigMapping(prefix = "perennial.models.retraining")
public interface DriftConfig {

    /** Whether it is. */
    @WithDefault("true")
    boolean enabled();

    /** How often it is looked whether it has to be. */
    @WithDefault("6h")
    Duration every();

    /** Age of a version after which the next one is trained. */
    @WithDefault("30d")
    Duration after();

    /** Population stability index past which a version is replaced before. */
    @WithDefault("0.25")
    double threshold();

    /** Customers that are looked at, at most. */
    @WithDefault("20000")
    int customers();
}
