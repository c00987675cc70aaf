package io.perennial.offers.sync;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.perennial.models.serve.CircuitBreaker;

/** The circuit breakers of the sources, each of which is left alone for a while when it keeps failing. */
@ApplicationScoped
class Circuits {

    private final Map<String, CircuitBreaker> breakers = new ConcurrentHashMap<>();
    private final Clock clock;
    private final SyncConfig config;

    Circuits(Clock clock, SyncConfig config) {
        this.clock = clock;
        this.config = config;
    }

    CircuitBreaker of(UUID organization, String system) {
        return breakers.computeIfAbsent(
                name(organization, system),
                name -> new CircuitBreaker(clock, config.failuresToOpen(), config.openFor()));
    }

    /** Forgets how it went with a source: it is described differently now. */
    void reset(UUID organization, String system) {
        breakers.remove(name(organization, system));
    }

    /** The sources that are left alone, or would be asked once more to see. */
    Map<String, CircuitBreaker.State> notClosed() {
        var states = new TreeMap<String, CircuitBreaker.State>();
        breakers.forEach((name, breaker) -> states.put(name, breaker.state()));
        states.values().removeIf(state -> state == CircuitBreaker.State.CLOSED);
        return states;
    }

    private static String name(UUID organization, String system) {
        return system + " of " + organization;
    }
}
