package io.perennial.insight.health;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Health scores. */
@ConfigMapping(prefix = "perennial.health")
interface HealthConfig {

    /** Days for which past scores are kept; older ones are deleted by the next run. */
    @WithDefault("400")
    int historyDays();

    /** Texts that are read and classified at a time. */
    @WithDefault("256")
    int textsPerBlock();
}
