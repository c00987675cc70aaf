package io.perennial.outreach.message;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;

import io.perennial.models.serve.CircuitBreaker;
import io.perennial.outreach.template.Medium;

/** The circuit breakers of the channels, each of which is left alone for a while when it keeps failing. Each replica has its own. */
@ApplicationScoped
class Circuits {

    private final Map<Medium, CircuitBreaker> breakers = new EnumMap<>(Medium.class);

    Circuits(Clock clock, OutboxConfig config) {
        for (var channel : Medium.values()) {
            breakers.put(channel, new CircuitBreaker(clock, config.failuresToOpen(), config.openFor()));
        }
    }

    CircuitBreaker of(Medium channel) {
        return breakers.get(channel);
    }
}
