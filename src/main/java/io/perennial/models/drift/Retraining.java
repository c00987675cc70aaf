package io.perennial.models.drift;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import org.jboss.logging.Logger;

import io.perennial.models.ModelKind;
import io.perennial.models.ModelKinds;
import io.perennial.models.training.TrainingRun;
import io.perennial.runs.Runs;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;

/**
 * Trains again what has grown old or whose customers have changed. A version is replaced at most once, however many replicas
 * look; when the next one is no better, it is looked at again after a week.
 */
@ApplicationScoped
public class Retraining {

    private static final Logger LOG = Logger.getLogger(Retraining.class);

    private final TenantDatabase database;
    private final Organizations organizations;
    private final ModelKinds kinds;
    private final Drift drift;
    private final Runs runs;
    private final DriftConfig config;
    private final Clock clock;

    Retraining(
            TenantDatabase database,
            Organizations organizations,
            ModelKinds kinds,
            Drift drift,
            Runs runs,
            DriftConfig config,
            Clock clock) {
        this.database = database;
        this.organizations = organizations;
        this.kinds = kinds;
        this.drift = drift;
        this.runs = runs;
        this.config = config;
        this.clock = clock;
    }

    @Scheduled(
            every = "{perennial.models.retraining.every}",
            delayed = "10m",
            identity = "retrain-models",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> retrain() {
        return config.enabled() ? look() : Uni.createFrom().voidItem();
    }

    /** Starts what has to be trained. */
    Uni<Void> look() {
        return database.queryInstance(
                        "select organization_id, kind, number, trained_at from model_versions where status = 'active'",
                        Tuple.tuple())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> Uni.createFrom()
                        .deferred(() -> retrainIfNeeded(row))
                        .onFailure()
                        .invoke(e -> LOG.warnf(
                                "%s-%d could not be looked at: %s",
                                row.getString("kind"), row.getInteger("number"), e.getMessage()))
                        .onFailure()
                        .recoverWithNull())
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** One that others train, and not from the features of a moment, is replaced for its age only. */
    private Uni<Void> retrainIfNeeded(Row row) {
        var kind = kinds.learnedNamed(row.getString("kind"));
        var organization = row.getUUID("organization_id");
        var label = kind.name() + "-" + row.getInteger("number");
        var old = row.get(OffsetDateTime.class, "trained_at")
                .toInstant()
                .isBefore(clock.instant().minus(config.after()));
        var needed = old || !(kind instanceof ModelKind declared)
                ? Uni.createFrom().item(old)
                : organizations
                        .find(organization)
                        .chain(found -> drift.of(found, declared, clock.instant()))
                        .map(DriftReport::drifted);
        return needed.chain(yes -> yes
                ? TrainingRun.start(runs, organization, "retrain " + label, null, kind)
                        .invoke(run -> LOG.infof("Run %s trains what follows %s", run.id(), label))
                        .replaceWithVoid()
                : Uni.createFrom().voidItem());
    }
}
