package io.perennial.outreach.message;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How what is to be sent is sent. */
@ConfigMapping(prefix = "perennial.outreach.outbox")
public interface OutboxConfig {

    /** Whether this replica sends. */
    @WithDefault("true")
    boolean enabled();

    /** How many messages a replica sends at a time by one channel. */
    @WithDefault("16")
    int atATime();

    /** The pause after the first failure; each is twice the one before, less up to half of it. */
    @WithDefault("1m")
    Duration firstPause();

    /** The longest pause. */
    @WithDefault("1h")
    Duration longestPause();

    /** How long a message is tried that no attempt gets through, before it is given up until somebody replays it. */
    @WithDefault("24h")
    Duration giveUpAfter();

    /** Failures in a row after which a channel is left alone. */
    @WithDefault("5")
    int failuresToOpen();

    /** How long it is left alone before one message tries it. */
    @WithDefault("1m")
    Duration openFor();
}
