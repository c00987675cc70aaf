package io.perennial.intake.billing;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.UUID;

import io.perennial.intake.Importer;
import io.perennial.intake.NewCustomers;
import io.perennial.tenant.TenantDatabase;

/**
 * Replays events that came before their customers. It does so after each upload that brings customers, and looks from time to
 * time, for an event may be parked in the very moment in which its customer comes.
 */
@ApplicationScoped
class ParkedEvents implements NewCustomers {

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
                .deferred(() -> database.transaction(organization, connection -> replay(connection, organization)))
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
                from (:arrived and e.organization_id = $1) arrived
                order by occurred_at, precedence, id
                limit $2
            )
            update webhook_events e
            set status = 'received', reason = null, customer_id = found.customer_id
            from found
            where e.organization_id = $1 and e.ctid = found.place and e.status = 'parked'""".replace(":arrived", ARRIVED);

    /** Whoever waited may be few or very many, of which an upload that has just ended has left no statistics: keys are looked up. */
    private static final String BY_KEYS = """
            set local enable_seqscan = off;
            set local plan_cache_mode = force_custom_plan;
            """;

    private Uni<Integer> replay(SqlConnection connection, UUID organization) {
        return connection
                .query(BY_KEYS + TenantDatabase.shareWithoutErasure(organization) + "; " + Importer.turn(organization))
                .execute()
                .chain(() -> connection.preparedQuery(UNPARK).execute(Tuple.of(organization, Settlement.PORTION)))
                .call(rows -> settlement.all(connection, organization))
                .map(rows -> rows.rowCount());
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
                .transformToUniAndConcatenate(row -> replay(row.getUUID("organization_id")))
                .collect()
                .asList()
                .replaceWithVoid();
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
