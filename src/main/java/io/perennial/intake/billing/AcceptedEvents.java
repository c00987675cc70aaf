package io.perennial.intake.billing;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

import io.perennial.tenant.TenantDatabase;

/**
 * Settles the webhooks that were accepted, a moment after they came: whoever sends them does not wait for what follows from them,
 * and many are settled with the statements of one. Any replica may, one at a time for an organization, so that events are settled
 * in the order in which they came. What one replica has left undone another one finds.
 */
@ApplicationScoped
class AcceptedEvents {

    private static final Logger LOG = Logger.getLogger(AcceptedEvents.class);

    /** Events that are settled in one transaction, so that customers are not kept locked for long. */
    static final int PORTION = 200;

    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final TenantDatabase database;
    private final Settlement settlement;
    private final BillingConfig config;
    private final MeterRegistry meters;

    /** How many webhooks have come of organizations of which some are not settled. */
    private final ConcurrentMap<UUID, Long> waiting = new ConcurrentHashMap<>();

    AcceptedEvents(TenantDatabase database, Settlement settlement, BillingConfig config, MeterRegistry meters) {
        this.database = database;
        this.settlement = settlement;
        this.config = config;
        this.meters = meters;
    }

    /** A webhook was accepted: it is settled with those that come within a moment. */
    void came(UUID organization) {
        if (waiting.merge(organization, 1L, Long::sum) == 1) {
            settleSoon(organization);
        }
    }

    private void settleSoon(UUID organization) {
        Uni.createFrom()
                .voidItem()
                .onItem()
                .delayIt()
                .by(config.settleAfter())
                .map(moment -> waiting.get(organization))
                .chain(seen -> settle(organization)
                        .onFailure()
                        .invoke(e -> LOG.warnf(e, "Webhooks of %s are settled later", organization))
                        .onFailure()
                        .recoverWithItem(0)
                        .invoke(settled -> {
                            if (!waiting.remove(organization, seen)) {
                                settleSoon(organization);
                            }
                        }))
                .subscribe()
                .with(settled -> {});
    }

    /** Settles what a replica has accepted and not settled. */
    @Scheduled(
            every = "{perennial.billing.settle-every}",
            delayed = "5s",
            identity = "settle-accepted-billing-events",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return database.queryInstance(
                        "select distinct organization_id from webhook_events where status = 'accepted'",
                        io.vertx.sqlclient.Tuple.tuple())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .map(row -> row.getUUID("organization_id"))
                .filter(organization -> !waiting.containsKey(organization))
                .onItem()
                .transformToUniAndConcatenate(this::settle)
                .collect()
                .asList()
                .replaceWithVoid()
                .onFailure()
                .invoke(e -> LOG.warnf("Accepted webhooks could not be settled: %s", e.getMessage()))
                .onFailure()
                .recoverWithNull();
    }

    /** Settles what is accepted, unless somebody else is at it. Yields how many events were settled. */
    Uni<Integer> settle(UUID organization) {
        return Uni.createFrom()
                .deferred(() -> portion(organization))
                .repeat()
                .whilst(settled -> settled == PORTION)
                .collect()
                .in(() -> new int[1], (sum, settled) -> sum[0] += settled)
                .map(sum -> sum[0]);
    }

    /**
     * What is looked up is looked up by keys, whatever the statistics say of a table that changes all the time, and by plans that
     * are kept. What is lost when the database stops is still accepted and settled again, so nobody waits for the disk. Whoever
     * has locked a customer for long, as an upload may, is given way to before PostgreSQL looks for deadlocks: it would have to
     * begin anew, and this is just done later.
     */
    private static final String BY_KEYS =
            "set local enable_seqscan = off; set local synchronous_commit = off; set local lock_timeout = '500ms'; "
                    + Inbox.KEPT_PLANS;

    /** Nothing when somebody else settles events of the organization. */
    private static final String TAKE = """
            update webhook_events e
            set status = 'received'
            from (
                select id
                from webhook_events
                where organization_id = $1 and status = 'accepted' and :which
                    and (select pg_try_advisory_xact_lock(hashtextextended('settle ' || $1::uuid, 0)))
                order by received_at, id
                limit $2) due
            where e.organization_id = $1 and e.id = due.id and e.status = 'accepted'""";

    private static final String TAKE_PORTION = TAKE.replace(":which", "true");

    private static final String TAKE_ONE = TAKE.replace(":which", "id = $3");

    private Uni<Integer> portion(UUID organization) {
        return taken(
                        organization,
                        TAKE_PORTION,
                        Tuple.of(organization, PORTION),
                        connection -> settlement.all(connection, organization))
                .onFailure()
                .recoverWithUni(e -> TenantDatabase.isLocked(e) ? later() : oneByOne(organization));
    }

    /** Yields how many events were taken and settled. */
    private Uni<Integer> taken(
            UUID organization, String take, Tuple parameters, Function<SqlConnection, Uni<Void>> settling) {
        return database.transaction(
                        organization,
                        connection -> connection
                                .query(BY_KEYS + TenantDatabase.shareWithoutErasure(organization))
                                .execute()
                                .chain(() -> connection.preparedQuery(take).execute(parameters))
                                .call(rows ->
                                        rows.rowCount() == 0 ? Uni.createFrom().voidItem() : settling.apply(connection))
                                .map(rows -> rows.rowCount()))
                .onFailure(AcceptedEvents::isDeadlock)
                .retry()
                .atMost(ATTEMPTS)
                .invoke(count -> count("settled", count));
    }

    private static boolean isDeadlock(Throwable e) {
        return e instanceof PgException database && "40P01".equals(database.getSqlState());
    }

    /** The look that comes next finds it. */
    private static Uni<Integer> later() {
        return Uni.createFrom().item(0);
    }

    /** One event that cannot be settled must not keep the others waiting. */
    private Uni<Integer> oneByOne(UUID organization) {
        return database.query(organization, """
                        select id
                        from webhook_events
                        where organization_id = $1 and status = 'accepted'
                        order by received_at, id
                        limit $2""", io.vertx.sqlclient.Tuple.of(organization, PORTION))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom()
                        .items(StreamSupport.stream(rows.spliterator(), false).map(row -> row.getUUID("id"))))
                .onItem()
                .transformToUniAndConcatenate(id -> one(organization, id))
                .collect()
                .in(() -> new int[1], (sum, settled) -> sum[0] += settled)
                .map(sum -> sum[0]);
    }

    private Uni<Integer> one(UUID organization, UUID id) {
        return taken(
                        organization,
                        TAKE_ONE,
                        Tuple.of(organization, 1, id),
                        connection -> settlement.one(connection, organization, id))
                .onFailure(e -> !TenantDatabase.isLocked(e))
                .retry()
                .withBackOff(PAUSE)
                .atMost(ATTEMPTS)
                .onFailure()
                .recoverWithUni(e -> TenantDatabase.isLocked(e) ? later() : setAside(organization, id, e));
    }

    private Uni<Integer> setAside(UUID organization, UUID id, Throwable e) {
        LOG.errorf(e, "Webhook event %s of %s", id, organization);
        return database.query(organization, """
                        update webhook_events
                        set status = 'failed', reason = 'Something went wrong in the service'
                        where organization_id = $1 and id = $2 and status = 'accepted'""", io.vertx.sqlclient.Tuple.of(organization, id))
                .invoke(() -> count("failed", 1))
                .replaceWith(1);
    }

    private void count(String outcome, int events) {
        meters.counter("perennial.billing.settled", "outcome", outcome).increment(events);
    }
}
