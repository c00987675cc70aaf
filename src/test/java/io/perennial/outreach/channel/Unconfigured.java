package io.perennial.outreach.channel;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;

/** Channels of a service that was told nothing. */
public final class Unconfigured {

    private static final int BEFORE_THE_OTHERS = 200;

    static final ChannelConfig NOTHING = new SmallRyeConfigBuilder()
            .withConverter(Duration.class, BEFORE_THE_OTHERS, new DurationConverter())
            .withMapping(ChannelConfig.class)
            .build()
            .getConfigMapping(ChannelConfig.class);

    private Unconfigured() {}

    public static Channel phone() {
        return new PhoneChannel(null, NOTHING, Clock.systemUTC());
    }
}
