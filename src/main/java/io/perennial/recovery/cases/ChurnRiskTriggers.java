package io.perennial.recovery.cases;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;

import io.perennial.models.ChurnRiskLevel;
import io.perennial.tenant.TenantDatabase;

/**
 * Begins cases of customers whose churn risk has risen to the level that the organization watches, once after each run over the
 * customers' health.
 */
@ApplicationScoped
class ChurnRiskTriggers {

    private static final Logger LOG = Logger.getLogger(ChurnRiskTriggers.class);

    private final TenantDatabase database;
    private final OpenCases openCases;
    private final RecoveryCaseConfig config;
    private final Clock clock;

    ChurnRiskTriggers(TenantDatabase database, OpenCases openCases, RecoveryCaseConfig config, Clock clock) {
        this.database = database;
        this.openCases = openCases;
        this.config = config;
        this.clock = clock;
    }

    @Scheduled(
            every = "{perennial.recovery.cases.watch-churn-risk-every}",
            delayed = "10s",
            identity = "watch-churn-risk",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return beginDue()
                .onFailure()
                .invoke(e -> LOG.warnf("Churn risks could not be looked at: %s", e.getMessage()))
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }

    /** The last run of an organization that watches, unless it was looked at or is of the past. */
    private static final String UNSEEN = """
            select s.organization_id, r.id as run_id, s.settings->>'churn_risk_from' as level
            from recovery_settings s
            cross join lateral (
                select id, as_of
                from runs
                where organization_id = s.organization_id and kind = 'health' and status = 'completed'
                order by started_at desc
                limit 1) r
            where s.topic = 'recovery' and s.settings->>'churn_risk_from' is not null and r.as_of > $1
                and not exists (
                    select from churn_risk_looks l
                    where l.organization_id = s.organization_id and l.run_id = r.id)""";

    /** Begins what is due. Yields how many cases this replica began. */
    Uni<Integer> beginDue() {
        return database.queryInstance(
                        UNSEEN, Tuple.of(Cases.time(clock.instant().minus(config.oldestTrigger()))))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(
                        row -> begin(row.getUUID("organization_id"), row.getUUID("run_id"), row.getString("level"))
                                .onFailure()
                                .invoke(e -> LOG.warnf(e, "Churn risk of %s", row.getUUID("organization_id")))
                                .onFailure()
                                .recoverWithItem(0))
                .collect()
                .in(() -> new int[1], (sum, begun) -> sum[0] += begun)
                .map(sum -> sum[0]);
    }

    /** Of two replicas that look at the same run, the second waits for the first and finds it seen. */
    private Uni<Integer> begin(UUID organization, UUID run, String level) {
        return database.transaction(
                organization,
                transaction -> transaction
                        .query(TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> transaction
                                .preparedQuery("""
                                        insert into churn_risk_looks as known (organization_id, run_id, looked_at)
                                        values ($1, $2, $3)
                                        on conflict (organization_id) do update
                                        set run_id = excluded.run_id, looked_at = excluded.looked_at
                                        where known.run_id <> excluded.run_id""")
                                .execute(io.vertx.mutiny.sqlclient.Tuple.of(
                                        organization, run, Cases.time(clock.instant()))))
                        .chain(seen -> seen.rowCount() == 0
                                ? Uni.createFrom().item(0)
                                : openCases.beginByChurnRisk(
                                        transaction,
                                        organization,
                                        run,
                                        ChurnRiskLevel.valueOf(level.toUpperCase(Locale.ROOT)))));
    }
}
