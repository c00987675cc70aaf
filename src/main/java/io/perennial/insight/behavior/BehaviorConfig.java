package io.perennial.insight.behavior;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Behavior analysis. */
@ConfigMapping(prefix = "perennial.behavior")
interface BehaviorConfig {

    /** Days for which past analyses are kept; older ones are deleted by the next run. */
    @WithDefault("400")
    int historyDays();
}
