package io.perennial.outreach.message;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listens for the organizations that a test asks about, and writes down what it was told. */
final class Told {

    private static final Map<UUID, Told> OF_ORGANIZATIONS = new ConcurrentHashMap<>();

    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    private volatile boolean fails;

    private Told() {}

    /** Listens from now on. */
    static Told of(UUID organization) {
        return OF_ORGANIZATIONS.computeIfAbsent(organization, known -> new Told());
    }

    List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    List<Delivery.Kind> kinds() {
        return deliveries.stream().map(Delivery::kind).toList();
    }

    /** Acting on it fails from now on. */
    void fail() {
        fails = true;
    }

    @ApplicationScoped
    static class Listener implements OutreachListener {

        @Override
        public Uni<Void> happened(SqlConnection transaction, Delivery delivery) {
            var told = OF_ORGANIZATIONS.get(delivery.organization());
            if (told != null && told.fails) {
                return Uni.createFrom().failure(new IllegalStateException("The listener of the test fails"));
            }
            if (told != null) {
                told.deliveries.add(delivery);
            }
            return Uni.createFrom().voidItem();
        }
    }
}
