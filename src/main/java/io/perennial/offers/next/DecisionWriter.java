package io.perennial.offers.next;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * Gathers what is to be logged. A decision that is alone is written at once; those that are made while others of its
 * organization are being written go together after them, by one statement, so the more there is to write the less each costs.
 *
 * <p>Whoever asked is answered when the decision is committed, which waits for the disk as any other write does: feedback on
 * what was answered has to find its decision even after a crash of the database, and how likely a choice was cannot be told
 * afterwards. Those that are written together wait for the disk once.
 */
@ApplicationScoped
class DecisionWriter {

    /** Decisions in a statement. More would keep the first callers waiting for the last. */
    private static final int TOGETHER = 64;

    /** Guarded by this. */
    private final Map<UUID, ArrayDeque<Waiting>> queues = new HashMap<>();

    private record Waiting(Decision decision, UniEmitter<? super Void> emitter) {}

    /**
     * Writes a decision.
     *
     * @param statement writes decisions of an organization, all of them or none
     * @return yields, where the caller is, when the decision is in the log
     */
    Uni<Void> write(UUID organization, Decision decision, BiFunction<UUID, List<Decision>, Uni<Void>> statement) {
        return Uni.createFrom().deferred(() -> {
            var caller = CallerContext.executor();
            return Uni.createFrom()
                    .<Void>emitter(emitter -> add(organization, new Waiting(decision, emitter), statement))
                    .emitOn(caller);
        });
    }

    private void add(UUID organization, Waiting waiting, BiFunction<UUID, List<Decision>, Uni<Void>> statement) {
        synchronized (this) {
            var queue = queues.get(organization);
            if (queue != null) {
                queue.add(waiting);
                return;
            }
            queues.put(organization, new ArrayDeque<>());
        }
        send(organization, List.of(waiting), statement);
    }

    private void send(UUID organization, List<Waiting> batch, BiFunction<UUID, List<Decision>, Uni<Void>> statement) {
        written(organization, batch, statement)
                .onFailure(failure -> batch.size() > 1)
                .recoverWithUni(() -> writeEach(organization, batch, statement))
                .subscribe()
                .with(
                        done -> {
                            sendNext(organization, statement);
                            batch.forEach(waiting -> waiting.emitter().complete(null));
                        },
                        failure -> {
                            sendNext(organization, statement);
                            batch.forEach(waiting -> waiting.emitter().fail(failure));
                        });
    }

    private static Uni<Void> written(
            UUID organization, List<Waiting> batch, BiFunction<UUID, List<Decision>, Uni<Void>> statement) {
        return Uni.createFrom()
                .deferred(() -> statement.apply(
                        organization, batch.stream().map(Waiting::decision).toList()));
    }

    /** One that cannot be written must not take the others with it. */
    private static Uni<Void> writeEach(
            UUID organization, List<Waiting> batch, BiFunction<UUID, List<Decision>, Uni<Void>> statement) {
        return Multi.createFrom()
                .iterable(batch)
                .onItem()
                .transformToUniAndConcatenate(waiting -> written(organization, List.of(waiting), statement)
                        .onFailure()
                        .invoke(failure -> waiting.emitter().fail(failure))
                        .onFailure()
                        .recoverWithNull())
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private void sendNext(UUID organization, BiFunction<UUID, List<Decision>, Uni<Void>> statement) {
        var batch = next(organization);
        if (!batch.isEmpty()) {
            send(organization, batch, statement);
        }
    }

    private synchronized List<Waiting> next(UUID organization) {
        var queue = queues.get(organization);
        var batch = new ArrayList<Waiting>();
        while (batch.size() < TOGETHER && !queue.isEmpty()) {
            batch.add(queue.poll());
        }
        if (batch.isEmpty()) {
            queues.remove(organization);
        }
        return batch;
    }
}
