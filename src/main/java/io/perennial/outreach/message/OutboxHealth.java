package io.perennial.outreach.message;

import io.quarkus.arc.All;
import io.smallrye.health.api.Wellness;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.perennial.outreach.channel.Channel;

/** Says which channels are there and which are left alone because they kept failing. Never down: what is to be sent waits. */
@Wellness
class OutboxHealth implements HealthCheck {

    private final List<Channel> channels;
    private final Circuits circuits;

    OutboxHealth(@All List<Channel> channels, Circuits circuits) {
        this.channels = channels;
        this.circuits = circuits;
    }

    @Override
    public HealthCheckResponse call() {
        var health = HealthCheckResponse.named("outreach").up();
        channels.forEach(channel -> health.withData(channel.medium().value(), state(channel)));
        return health.build();
    }

    private String state(Channel channel) {
        return channel.isConfigured()
                ? circuits.of(channel.medium()).state().name().toLowerCase(Locale.ROOT)
                : "not_configured";
    }
}
