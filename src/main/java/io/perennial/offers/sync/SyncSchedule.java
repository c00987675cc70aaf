package io.perennial.offers.sync;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jboss.logging.Logger;

/** Asks the sources that are due. Each is claimed first, so that of several replicas one asks it. */
@ApplicationScoped
class SyncSchedule {

    private static final Logger LOG = Logger.getLogger(SyncSchedule.class);

    private final SyncSources sources;
    private final Synchronization synchronization;
    private final SyncConfig config;

    SyncSchedule(SyncSources sources, Synchronization synchronization, SyncConfig config) {
        this.sources = sources;
        this.synchronization = synchronization;
        this.config = config;
    }

    @Scheduled(
            every = "{perennial.offers.sync.check-every}",
            delayed = "{perennial.offers.sync.check-every}",
            identity = "synchronize-offers",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return config.enabled()
                ? synchronizeDue().replaceWithVoid()
                : Uni.createFrom().voidItem();
    }

    /** Takes over what is due, one source after the other. Yields how many this replica asked. */
    Uni<Integer> synchronizeDue() {
        return sources.due()
                .onItem()
                .transformToMulti(due -> Multi.createFrom().iterable(due))
                .onItem()
                .transformToUniAndConcatenate(due -> sources.claim(due)
                        .chain(claimed ->
                                claimed ? synchronize(due) : Uni.createFrom().item(false)))
                .filter(Boolean::booleanValue)
                .collect()
                .asList()
                .map(List::size);
    }

    private Uni<Boolean> synchronize(SyncSources.Due due) {
        return synchronization
                .of(due.organization(), due.system(), Synchronization.Request.ON_SCHEDULE)
                .invoke(report -> LOG.infof("%s of %s: %s", due.system(), due.organization(), report.outcome()))
                .replaceWith(true)
                .onFailure()
                .invoke(e -> LOG.warnf("%s of %s: %s", due.system(), due.organization(), e.getMessage()))
                .onFailure()
                .recoverWithItem(true);
    }
}
