package io.perennial.outreach.message;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what listeners are told. */
public final class Listened {

    private static final List<Delivery> DELIVERIES = new CopyOnWriteArrayList<>();

    private Listened() {}

    /** What was told of a message. */
    public static List<Delivery> of(UUID message) {
        return DELIVERIES.stream()
                .filter(delivery -> delivery.message().equals(message))
                .toList();
    }

    @ApplicationScoped
    static class Listener implements OutreachListener {

        @Override
        public Uni<Void> happened(SqlConnection transaction, Delivery delivery) {
            DELIVERIES.add(delivery);
            return Uni.createFrom().voidItem();
        }
    }
}
