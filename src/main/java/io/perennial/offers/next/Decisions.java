package io.perennial.offers.next;

import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

import io.perennial.offers.EligibilitySql;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** The log of decisions, and what they are made from. */
@ApplicationScoped
class Decisions {

    /** Of customers who were not erased meanwhile. */
    private static final String INSERT = """
            insert into offer_decisions (
                organization_id, feature_schema, customer_id, decision_id, decided_at, run_id, policy, policy_version,
                offer_id, held_out, explored, propensity, eligible, probabilities, propensities, costs, margins, features,
                value, cost, outcome)
            select $1, $3, d.*, case when d.offer_id is not null then 'pending' end
            from jsonb_to_recordset($2::jsonb) as d (
                customer_id uuid, decision_id uuid, decided_at timestamptz, run_id uuid, policy text, policy_version text,
                offer_id integer, held_out boolean, explored boolean, propensity float8, eligible integer[],
                probabilities real[], propensities float8[], costs numeric[], margins numeric[], features real[],
                value numeric, cost numeric)
            where exists (
                select from customers c where c.organization_id = $1 and c.customer_id = d.customer_id)""";

    /** Where an organization uses UUIDs of its own, two customers could be meant, and Perennial's id goes first. */
    private static final String CONTEXT = CustomerContext.sql(EligibilitySql.ofCustomer(), "customer_id in ($2, $3)")
            + "order by c.customer_id <> $2 limit 1";

    /** Decisions that a statement takes for ignored. A run leaves as many open as there are customers. */
    private static final int CLOSED_TOGETHER = 5_000;

    /**
     * Those that are locked are found again by their place: by their key, the planner, who takes them for few, may look for each
     * among all of the organization's. One that somebody changed meanwhile has another place, and its turn comes the next time.
     */
    private static final String CLOSE = """
            with old as (
                select ctid as place
                from offer_decisions
                where organization_id = $1 and outcome in ('pending', 'shown') and decided_at < $3
                order by decided_at
                limit $4
                for update skip locked
            )
            update offer_decisions d set outcome = 'ignored', answered_at = $2
            from old
            where d.organization_id = $1 and d.ctid = old.place""";

    private static final Logger LOG = Logger.getLogger(Decisions.class);

    private final TenantDatabase database;
    private final DecisionWriter writer;
    private final OfferPolicyConfig config;
    private final Clock clock;

    Decisions(TenantDatabase database, DecisionWriter writer, OfferPolicyConfig config, Clock clock) {
        this.writer = writer;
        this.database = database;
        this.config = config;
        this.clock = clock;
    }

    /** What is known of a customer; fails with {@link ProblemType#UNKNOWN_CUSTOMER}. */
    Uni<CustomerContext> context(CustomerReference customer) {
        return database.lookup(
                        customer.organization(),
                        CONTEXT,
                        customer.parameters().addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw customer.unknown();
                    }
                    return CustomerContext.of(rows.iterator().next());
                });
    }

    /** Logs a decision, together with those of other callers. */
    Uni<Void> log(UUID organization, Decision decision) {
        return writer.write(organization, decision, this::insert);
    }

    private Uni<Void> insert(UUID organization, List<Decision> decisions) {
        return database.query(organization, INSERT, parameters(organization, decisions))
                .replaceWithVoid();
    }

    /** Logs decisions in a transaction that has more to do. */
    static Uni<Void> log(SqlConnection connection, UUID organization, List<Decision> decisions) {
        return connection
                .preparedQuery(INSERT)
                .execute(io.vertx.mutiny.sqlclient.Tuple.newInstance(parameters(organization, decisions)))
                .replaceWithVoid();
    }

    private static Tuple parameters(UUID organization, List<Decision> decisions) {
        var rows = new JsonArray();
        decisions.forEach(decision -> rows.add(decision.toJson()));
        return Tuple.of(organization, rows, OfferSchema.CUSTOMER_HASH);
    }

    /** A decision with what was known then; fails with {@link ProblemType#UNKNOWN_DECISION}. */
    Uni<Row> find(CustomerReference customer, UUID decision) {
        return database.lookup(
                        customer.organization(),
                        "select " + LoggedDecision.COLUMNS + """

                                from offer_decisions
                                where organization_id = $1 and customer_id in ($2, $3) and decision_id = $4""",
                        customer.parameters().addUUID(decision))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw unknown(decision);
                    }
                    return rows.iterator().next();
                });
    }

    static RuntimeException unknown(UUID decision) {
        return ProblemType.UNKNOWN_DECISION.problem("No decision %s for this customer", decision);
    }

    /** Takes what nobody has answered within the window for ignored, organization by organization. */
    @Scheduled(
            every = "10m",
            delayed = "1m",
            identity = "close-offer-decisions",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> closeAll() {
        return database.queryInstance("select id from organizations", Tuple.tuple())
                .onItem()
                .transformToMulti(rows -> Multi.createFrom().iterable(rows))
                .map(row -> row.getUUID("id"))
                .onItem()
                .transformToUniAndConcatenate(organization -> close(organization)
                        .onFailure()
                        .invoke(e -> LOG.warnf("Decisions of %s stay open: %s", organization, e.getMessage()))
                        .onFailure()
                        .recoverWithItem(0))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Takes what nobody has answered within the window for ignored, and yields how many that were. */
    Uni<Integer> close(UUID organization) {
        var now = clock.instant();
        var parameters = Tuple.of(
                organization,
                now.atOffset(ZoneOffset.UTC),
                now.minus(config.feedbackWindow()).atOffset(ZoneOffset.UTC),
                CLOSED_TOGETHER);
        return Multi.createBy()
                .repeating()
                .uni(() -> database.query(organization, CLOSE, parameters).map(SqlResult::rowCount))
                .whilst(closed -> closed == CLOSED_TOGETHER)
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }
}
