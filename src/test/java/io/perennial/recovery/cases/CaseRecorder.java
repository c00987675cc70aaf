package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Listens to the cases of an organization that a test asks about, and writes down what it was told. */
final class CaseRecorder {

    private static final Map<UUID, CaseRecorder> RECORDERS = new ConcurrentHashMap<>();

    private final List<String> told = new CopyOnWriteArrayList<>();

    private CaseRecorder() {}

    /** Listens from now on. */
    static CaseRecorder of(UUID organization) {
        return RECORDERS.computeIfAbsent(organization, known -> new CaseRecorder());
    }

    /** What was told, each as {@code activated active high}. */
    List<String> told() {
        return List.copyOf(told);
    }

    @ApplicationScoped
    static class Listener implements CaseListener {

        @Override
        public Uni<Void> activated(SqlConnection transaction, RecoveryCase recoveryCase) {
            return tell("activated", recoveryCase);
        }

        @Override
        public Uni<Void> escalated(SqlConnection transaction, RecoveryCase recoveryCase) {
            return tell("escalated", recoveryCase);
        }

        @Override
        public Uni<Void> closed(SqlConnection transaction, RecoveryCase recoveryCase) {
            return tell("closed", recoveryCase);
        }

        @Override
        public Uni<Void> decided(SqlConnection transaction, RecoveryCase recoveryCase, int step, boolean isApproved) {
            return tell("decided %d %s".formatted(step, isApproved), recoveryCase);
        }

        private static Uni<Void> tell(String what, RecoveryCase recoveryCase) {
            var recorder = RECORDERS.get(recoveryCase.organizationId());
            if (recorder != null) {
                recorder.told.add("%s %s %s"
                        .formatted(
                                what,
                                recoveryCase.status().label(),
                                recoveryCase.riskLevel().label()));
            }
            return Uni.createFrom().voidItem();
        }
    }
}
