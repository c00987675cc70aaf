package io.perennial.intake.billing;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Listens for the organizations that a test asks about, and writes down what it was told. */
final class Recorder {

    private static final Map<UUID, Recorder> RECORDERS = new ConcurrentHashMap<>();

    private final List<BillingFact> facts = new CopyOnWriteArrayList<>();
    private volatile Predicate<BillingFact> fails = fact -> false;

    private Recorder() {}

    /** Listens from now on. */
    static Recorder of(UUID organization) {
        return RECORDERS.computeIfAbsent(organization, known -> new Recorder());
    }

    List<BillingFact> facts() {
        return List.copyOf(facts);
    }

    /** On which facts it fails to act from now on. */
    void failOn(Predicate<BillingFact> which) {
        fails = which;
    }

    @ApplicationScoped
    static class Listener implements BillingListener {

        @Override
        public Uni<Void> happened(SqlConnection transaction, BillingFact fact) {
            var recorder = RECORDERS.get(fact.organization());
            if (recorder != null && recorder.fails.test(fact)) {
                return Uni.createFrom().failure(new IllegalStateException("The listener of the test fails"));
            }
            if (recorder != null) {
                recorder.facts.add(fact);
            }
            return Uni.createFrom().voidItem();
        }
    }
}
