package io.perennial.recovery.dunning;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;

import io.perennial.platform.ProblemType;

/**
 * Takes what is due, the most urgent first, over all organizations. Every replica does; which of them takes a step is decided
 * by the lock of its case.
 */
@ApplicationScoped
class DunningDriver {

    private static final Logger LOG = Logger.getLogger(DunningDriver.class);

    /** Steps that a worker takes of an organization before it is looked again who has the most urgent ones. */
    private static final int IN_A_ROW = 50;

    private final Steps steps;
    private final StepTaker taker;
    private final DunningConfig config;
    private final MeterRegistry meters;
    private volatile boolean leaving;

    DunningDriver(Steps steps, StepTaker taker, DunningConfig config, MeterRegistry meters) {
        this.steps = steps;
        this.taker = taker;
        this.config = config;
        this.meters = meters;
    }

    void leave(@Observes ShutdownDelayInitiatedEvent event) {
        leaving = true;
    }

    void stop(@Observes ShutdownEvent event) {
        leaving = true;
    }

    @Scheduled(
            every = "{perennial.recovery.dunning.check-every}",
            delayed = "2s",
            identity = "take-dunning-steps",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return config.enabled() && !leaving
                ? takeDue()
                        .onFailure()
                        .invoke(e -> LOG.warnf("Looking for due steps failed: %s", e.getMessage()))
                        .onFailure()
                        .recoverWithNull()
                        .replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    /** Takes everything that is due now. Yields how many steps came to what. */
    Uni<Map<Taken, Integer>> takeDue() {
        var all = new EnumMap<Taken, Integer>(Taken.class);
        return Multi.createBy()
                .repeating()
                .uni(() -> round().invoke(taken -> add(all, taken)))
                .whilst(taken -> !leaving && hasMoved(taken))
                .collect()
                .last()
                .replaceWith(all);
    }

    /** Whether it is worth to look again: what only waits for others does not count. */
    private static boolean hasMoved(Map<Taken, Integer> taken) {
        return taken.keySet().stream().anyMatch(outcome -> outcome != Taken.ELSEWHERE && outcome != Taken.NOTHING);
    }

    /** Some of what is due of every organization. */
    private Uni<Map<Taken, Integer>> round() {
        return steps.withDue()
                .onItem()
                .transformToMulti(due -> Multi.createFrom().iterable(due))
                .onItem()
                .transformToUniAndConcatenate(this::some)
                .collect()
                .asList()
                .map(DunningDriver::sum);
    }

    /** Takes everything that is due now of one organization. */
    Uni<Map<Taken, Integer>> takeDue(UUID organization) {
        var all = new EnumMap<Taken, Integer>(Taken.class);
        return Multi.createBy()
                .repeating()
                .uni(() -> some(organization).invoke(taken -> add(all, taken)))
                .whilst(taken -> !leaving && hasMoved(taken))
                .collect()
                .last()
                .replaceWith(all);
    }

    /**
     * The same for somebody who relies on it.
     *
     * @return fails with {@link ProblemType#UNAVAILABLE} when this replica is told to stop before nothing is due any more
     */
    Uni<Map<Taken, Integer>> takeAllDue(UUID organization) {
        return takeDue(organization).invoke(taken -> {
            if (leaving) {
                throw ProblemType.UNAVAILABLE.problem(
                        "This replica is told to stop; ask again, and another one goes on");
            }
        });
    }

    private Uni<Map<Taken, Integer>> some(UUID organization) {
        return Multi.createFrom()
                .range(0, config.workers())
                .onItem()
                .transformToUni(worker -> inARow(organization))
                .merge(config.workers())
                .collect()
                .asList()
                .map(DunningDriver::sum);
    }

    private Uni<Map<Taken, Integer>> inARow(UUID organization) {
        return Multi.createBy()
                .repeating()
                .uni(() -> taker.next(organization).invoke(this::count))
                .whilst(taken -> !leaving && taken != Taken.NOTHING)
                .select()
                .first(IN_A_ROW)
                .collect()
                .in(() -> new EnumMap<>(Taken.class), (tally, taken) -> tally.merge(taken, 1, Integer::sum));
    }

    private void count(Taken taken) {
        if (taken != Taken.NOTHING && taken != Taken.ELSEWHERE) {
            meters.counter("perennial.recovery.steps", "outcome", taken.label()).increment();
        }
    }

    private static Map<Taken, Integer> sum(List<Map<Taken, Integer>> tallies) {
        var sum = new EnumMap<Taken, Integer>(Taken.class);
        tallies.forEach(tally -> add(sum, tally));
        return sum;
    }

    private static void add(Map<Taken, Integer> sum, Map<Taken, Integer> more) {
        more.forEach((taken, count) -> sum.merge(taken, count, Integer::sum));
    }
}
