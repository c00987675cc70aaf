package io.perennial.runs;

import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

import io.perennial.tenant.TenantDatabase;

/**
 * Hands back what this replica works on as soon as it is told to stop: it claims nothing more, and the parts under way are
 * rolled back, so that another replica begins with them at once and not when this one has ended.
 */
@ApplicationScoped
class HandBack {

    private static final Logger LOG = Logger.getLogger(HandBack.class);

    private final Map<Object, UniEmitter<?>> underWay = new ConcurrentHashMap<>();
    private volatile boolean leaving;

    /** Ends the transaction of a part that is handed back. */
    private static final class HandedBack extends RuntimeException {

        private HandedBack() {
            super("The part was handed back because this replica stops", null, false, false);
        }
    }

    /** Whether this replica has been told to stop. */
    boolean isLeaving() {
        return leaving;
    }

    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
        var parts = Set.copyOf(underWay.values());
        if (!parts.isEmpty()) {
            LOG.infof("Handing back %d parts of runs that are under way", parts.size());
        }
        parts.forEach(part -> part.fail(new HandedBack()));
    }

    /**
     * Does work that can be handed back.
     *
     * @param connection in a transaction that ends without effect when the work is handed back
     * @return as the work; fails once this replica is told to stop, which is no failure of the work
     */
    <T> Uni<T> unlessLeaving(SqlConnection connection, Uni<T> work) {
        return Uni.combine().any().of(work, handedBack(connection));
    }

    private <T> Uni<T> handedBack(SqlConnection connection) {
        var part = new Object();
        return Uni.createFrom()
                .<T>emitter(emitter -> {
                    underWay.put(part, emitter);
                    if (leaving) {
                        emitter.fail(new HandedBack());
                    }
                })
                .onFailure()
                .call(() -> TenantDatabase.interrupt(connection))
                .onTermination()
                .invoke(() -> underWay.remove(part));
    }
}
