package io.perennial.recovery.dunning;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the steps of recovery cases are taken. */
@ConfigMapping(prefix = "perennial.recovery.dunning")
public interface DunningConfig {

    /** Whether this replica takes steps by itself when they are due. */
    @WithDefault("true")
    boolean enabled();

    /** How often it is looked what is due. */
    @WithDefault("1s")
    Duration checkEvery();

    /** Steps that this replica takes at the same time. */
    @WithDefault("4")
    int workers();

    /** How often a step is tried before it is skipped. */
    @WithDefault("8")
    int attempts();

    /** The pause after a step failed for the first time; each is twice the one before. */
    @WithDefault("30s")
    Duration firstPause();

    /** The longest pause. */
    @WithDefault("1h")
    Duration longestPause();

    /** How long a step waits for an earlier message of its case that has not been sent, before it looks again. */
    @WithDefault("1h")
    Duration patience();

    /** From which delay on a step that is late moves those behind it, so that two are never said at once. */
    @WithDefault("1h")
    Duration tolerance();

    /** How long the links in messages lead anywhere. */
    @WithDefault("30d")
    Duration linksValidFor();
}
