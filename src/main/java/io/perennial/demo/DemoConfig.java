package io.perennial.demo;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Demo organizations, one for each industry, so that there is something to see. */
@ConfigMapping(prefix = "perennial.demo")
public interface DemoConfig {

    /** Whether to make them at start: on the embedded database unless said otherwise. */
    Optional<Boolean> enabled();

    /** Customers of each organization. */
    @WithDefault("1000")
    int customers();

    /** Where the chance begins: the same seed makes the same customers. */
    @WithDefault("20")
    long seed();
}
