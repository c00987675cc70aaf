package io.perennial.insight.value;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Values and lifecycle stages. */
@ConfigMapping(prefix = "perennial.standing")
interface StandingConfig {

    /** Days for which the value segments and the stages are kept that customers have left; the next run deletes older ones. */
    @WithDefault("400")
    int historyDays();
}
