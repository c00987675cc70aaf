package io.perennial.offers.sync;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import io.perennial.models.serve.CircuitBreaker;

/**
 * The circuit breakers of the sources, each of which is left alone for a while when it keeps failing.
 *
 * <p>Each replica has its own and has to see a source fail for itself: {@code n} replicas ask one that is down up to {@code n}
 * times as often before all of them leave it alone, and what health and the API say of a circuit is what the replica that
 * answers knows. That is enough to keep a replica from waiting for what does not answer. On schedule only the replica that
 * claims a source asks it, so the source is not asked more often than it is due either way.
 */
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
