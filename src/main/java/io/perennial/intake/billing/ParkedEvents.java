package io.perennial.intake.billing;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;

import io.perennial.intake.Importer;
import io.perennial.intake.NewCustomers;
import io.perennial.tenant.TenantDatabase;

/**
 * Replays events that came before their customers. It does so after each upload that brings customers, and looks from time to
 * time, for an event may be parked in the very moment in which its customer comes.
 */
@ApplicationScoped
class ParkedEvents implements NewCustomers {

    private static final Logger LOG = Logger.getLogger(ParkedEvents.class);

    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final TenantDatabase database;
    private final Settlement settlement;
    private final BillingConfig config;
    private final Clock clock;

    ParkedEvents(TenantDatabase database, Settlement settlement, BillingConfig config, Clock clock) {
        this.database = database;
        this.settlement = settlement;
        this.config = config;
        this.clock = clock;
    }

    @Override
    public Uni<Void> arrived(UUID organization) {
        return database.query(
                        organization,
                        "select from webhook_events where organization_id = $1 and status = 'parked' limit 1",
                        io.vertx.sqlclient.Tuple.of(organization))
                .chain(rows -> rows.size() == 0 ? Uni.createFrom().voidItem() : replay(organization));
    }

    /** Each portion is a transaction of its own, so that customers are not kept locked for long. */
    private Uni<Void> replay(UUID organization) {
        return Uni.createFrom()
                .deferred(() -> portion(organization))
                .repeat()
                .whilst(replayed -> replayed == Settlement.PORTION)
                .collect()
                .last()
                .replaceWithVoid();
    }

    /**
     * As {@code customer_of_event} finds the customer, for many events. They are joined sideways, each by its whole key, whatever
     * the planner takes the tables to hold.
     */
    private static final String ARRIVED = """
            select e.organization_id, e.ctid as place, e.id, e.occurred_at, e.precedence,
                coalesce(own.customer_id, theirs.customer_id) as customer_id
            from webhook_events e
            left join lateral (
                select c.customer_id
                from customers c
                where c.organization_id = e.organization_id and c.customer_id = e.customer_id
                limit 1) own on true
            left join lateral (
                select c.customer_id
                from customers c
                where e.source = 'stripe' and c.organization_id = e.organization_id
                    and c.stripe_customer_id = e.customer
                order by c.customer_id
                limit 1) theirs on true
            where e.status = 'parked' and coalesce(own.customer_id, theirs.customer_id) is not null""";

    /** One that somebody else takes meanwhile has another place then. */
    private static final String UNPARK = """
            with found as (
                select place, customer_id
                from (:arrived and e.organization_id = $1 and :which) arrived
                order by occurred_at, precedence, id
                limit $2
            )
            update webhook_events e
            set status = 'received', reason = null, customer_id = found.customer_id
            from found
            where e.organization_id = $1 and e.ctid = found.place and e.status = 'parked'""".replace(":arrived", ARRIVED);

    private static final String UNPARK_PORTION = UNPARK.replace(":which", "true");

    private static final String UNPARK_ONE = UNPARK.replace(":which", "e.id = $3");

    /** Whoever waited may be few or very many, of which an upload that has just ended has left no statistics: keys are looked up. */
    private static final String BY_KEYS = """
            set local enable_seqscan = off;
            set local plan_cache_mode = force_custom_plan;
            """;

    private Uni<Integer> portion(UUID organization) {
        return replayed(
                        organization,
                        UNPARK_PORTION,
                        Tuple.of(organization, Settlement.PORTION),
                        connection -> settlement.all(connection, organization))
                .onFailure()
                .invoke(e -> LOG.warnf(e, "Parked events of %s are replayed one by one", organization))
                .onFailure()
                .recoverWithUni(e -> oneByOne(organization));
    }

    /** Yields how many events were replayed. */
    private Uni<Integer> replayed(
            UUID organization, String unpark, Tuple parameters, Function<SqlConnection, Uni<Void>> settling) {
        return database.transaction(
                organization,
                connection -> connection
                        .query(BY_KEYS + TenantDatabase.shareWithoutErasure(organization) + "; "
                                + Importer.turn(organization))
                        .execute()
                        .chain(() -> connection.preparedQuery(unpark).execute(parameters))
                        .call(rows -> rows.rowCount() == 0 ? Uni.createFrom().voidItem() : settling.apply(connection))
                        .map(rows -> rows.rowCount()));
    }

    /** One event that cannot be settled must not keep the others waiting. */
    private Uni<Integer> oneByOne(UUID organization) {
        return database.query(
                        organization,
                        """
                        select id
                        from (%s and e.organization_id = $1) arrived
                        order by occurred_at, precedence, id
                        limit $2""".formatted(ARRIVED),
                        io.vertx.sqlclient.Tuple.of(organization, Settlement.PORTION))
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> one(organization, row.getUUID("id")))
                .collect()
                .in(() -> new int[1], (sum, replayed) -> sum[0] += replayed)
                .map(sum -> sum[0]);
    }

    private Uni<Integer> one(UUID organization, UUID id) {
        return replayed(
                        organization,
                        UNPARK_ONE,
                        Tuple.of(organization, 1, id),
                        connection -> settlement.one(connection, organization, id))
                .onFailure()
                .retry()
                .withBackOff(PAUSE)
                .atMost(ATTEMPTS)
                .onFailure()
                .recoverWithUni(e -> setAside(organization, id, e));
    }

    private Uni<Integer> setAside(UUID organization, UUID id, Throwable e) {
        LOG.errorf(e, "Parked event %s of %s", id, organization);
        return database.query(organization, """
                        update webhook_events
                        set status = 'failed', reason = 'Something went wrong in the service'
                        where organization_id = $1 and id = $2 and status = 'parked'""", io.vertx.sqlclient.Tuple.of(organization, id))
                .replaceWith(1);
    }

    /** Looks in every organization. */
    @Scheduled(
            every = "{perennial.billing.replay-every}",
            delayed = "1m",
            identity = "replay-parked-billing-events",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return database.queryInstance(
                        "select distinct organization_id from (%s) arrived".formatted(ARRIVED),
                        io.vertx.sqlclient.Tuple.tuple())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .onItem()
                .transformToUniAndConcatenate(row -> replayOrWait(row.getUUID("organization_id")))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** What goes wrong in one organization must not keep the others waiting. */
    private Uni<Void> replayOrWait(UUID organization) {
        return replay(organization)
                .onFailure()
                .invoke(e -> LOG.warnf(e, "Parked events of %s are replayed later", organization))
                .onFailure()
                .recoverWithNull();
    }

    /** Forgets what was of no use. */
    @Scheduled(every = "1h", delayed = "10m", identity = "forget-unused-billing-events")
    Uni<Void> forget() {
        return database.queryInstance(
                        "delete from webhook_events where status in ('ignored', 'refused') and received_at < $1",
                        io.vertx.sqlclient.Tuple.of(
                                clock.instant().minus(config.keepUnused()).atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }
}
