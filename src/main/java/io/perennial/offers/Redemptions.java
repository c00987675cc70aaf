package io.perennial.offers;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/**
 * Takes what customers accept from the limit and the month's budget of an offer. The row of the offer is locked while this is
 * done, so however many ask at once, neither is ever exceeded.
 */
@ApplicationScoped
public class Redemptions {

    /** Rules that hold whatever the customer was told before. */
    private static final Set<String> ALWAYS = Set.of("industry", "consent");

    private static final Set<String> UNLESS_PROMISED = Set.of(
            "industry", "consent", "lifecycle_stage", "target_segment", "min_customer_value", "max_customer_value");

    /** A decision is open until it was answered or the time to answer has passed. */
    private static final String RULES = "with " + EligibilitySql.ofCustomer() + """

            select e.reasons, exists (
                    select from offer_decisions d
                    where d.organization_id = $1 and d.customer_id = e.customer_id and d.offer_id = $5
                        and d.outcome in ('pending', 'shown')) as promised
            from eligibility e
            where e.offer_id = $5""";

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;

    Redemptions(TenantDatabase database, Idempotency idempotency, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
    }

    /** An offer that a customer has accepted. Amounts are in the organization's currency. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Redemption(
            UUID redemptionId,
            @Schema(examples = "4") int offerId,
            UUID customerId,

            @Schema(description = "What it cost", examples = "10.00")
            BigDecimal cost,

            Instant redeemedAt,

            @Schema(description = "How often the offer may still be accepted; absent without a limit", examples = "488")
            Integer redemptionsLeft,

            @Schema(
                    description = "What is left of the month's budget; absent without a budget and in lists",
                    examples = "3880.00")
            BigDecimal budgetLeft) {}

    /**
     * Notes that a customer has accepted an offer.
     *
     * @param customer of the organization
     * @param idempotencyKey may be null; a customer accepts an offer once in any case
     * @return fails with {@link ProblemType#UNKNOWN_OFFER}, {@link ProblemType#UNKNOWN_CUSTOMER}, {@link
     *     ProblemType#OFFER_INACTIVE}, {@link ProblemType#OFFER_NOT_ELIGIBLE}, {@link
     *     ProblemType#OFFER_ALREADY_ACCEPTED}, {@link ProblemType#REDEMPTION_LIMIT_REACHED} or {@link ProblemType#MONTHLY_BUDGET_SPENT}, having changed nothing
     */
    public Uni<Redemption> redeem(
            Organization organization, int offer, CustomerReference customer, String idempotencyKey) {
        return database.transaction(
                organization.id(),
                connection -> idempotency.once(
                        connection,
                        organization.id(),
                        idempotencyKey,
                        "POST redemptions %d %s".formatted(offer, customer.name()),
                        Redemption.class,
                        () -> redeem(connection, organization, offer, customer)));
    }

    private Uni<Redemption> redeem(
            SqlConnection connection, Organization organization, int offer, CustomerReference customer) {
        return find(connection, customer).chain(id -> redeem(connection, organization, offer, id));
    }

    private static Uni<UUID> find(SqlConnection connection, CustomerReference customer) {
        return connection
                .preparedQuery("""
                        select customer_id from customers
                        where organization_id = $1 and customer_id in ($2, $3)
                        order by customer_id <> $2""")
                .execute(Tuple.newInstance(customer.parameters()))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getUUID(0);
                    }
                    throw customer.unknown();
                });
    }

    /** The same as part of a transaction that does more, for a customer whose id is known. */
    public Uni<Redemption> redeem(SqlConnection connection, Organization organization, int offer, UUID customer) {
        var now = clock.instant();
        var month = LocalDate.ofInstant(now, organization.zone()).withDayOfMonth(1);
        return connection
                .query(TenantDatabase.shareWithoutErasure(organization.id()))
                .execute()
                .chain(() -> checkRules(connection, organization.id(), offer, customer, now))
                .chain(() -> take(connection, organization.id(), offer))
                .chain(taken -> accept(connection, organization.id(), offer, customer, taken, now)
                        .chain(redemption -> spend(connection, organization.id(), month, taken, redemption)));
    }

    /**
     * Whether the customer may get the offer, but for what {@link #take} and what follows it decide. Who was made the offer, and
     * has not let the time to answer pass, may accept it even if they have moved on to another stage or segment since.
     */
    private static Uni<Void> checkRules(
            SqlConnection connection, UUID organization, int offer, UUID customer, Instant now) {
        return connection
                .preparedQuery(RULES)
                .execute(Tuple.of(organization, customer, customer, now.atOffset(ZoneOffset.UTC), offer))
                .invoke(rows -> rows.forEach(row -> {
                    var binding = row.getBoolean("promised") ? ALWAYS : UNLESS_PROMISED;
                    var broken = Arrays.stream(row.getArrayOfStrings("reasons"))
                            .filter(binding::contains)
                            .toList();
                    if (!broken.isEmpty()) {
                        throw ProblemType.OFFER_NOT_ELIGIBLE.problem(
                                "Customer %s may not get offer %d, by its rules on %s",
                                customer, offer, String.join(", ", broken));
                    }
                }))
                .replaceWithVoid();
    }

    /** Waits for whoever is accepting the same offer; what they left is what there is. */
    private static Uni<Row> take(SqlConnection connection, UUID organization, int offer) {
        return connection
                .preparedQuery("""
                        update offers set redemptions = redemptions + 1
                        where organization_id = $1 and offer_id = $2 and is_active
                            and (redemption_limit is null or redemptions < redemption_limit)
                        returning offer_id, cost, monthly_budget, redemption_limit - redemptions as redemptions_left""")
                .execute(Tuple.of(organization, offer))
                .chain(rows -> rows.size() == 1
                        ? Uni.createFrom().item(rows.iterator().next())
                        : refuse(connection, organization, offer));
    }

    private static Uni<Row> refuse(SqlConnection connection, UUID organization, int offer) {
        return connection
                .preparedQuery("""
                        select is_active, redemption_limit from offers
                        where organization_id = $1 and offer_id = $2""")
                .execute(Tuple.of(organization, offer))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw Catalog.unknown(offer);
                    }
                    var row = rows.iterator().next();
                    throw row.getBoolean("is_active")
                            ? ProblemType.REDEMPTION_LIMIT_REACHED.problem(
                                    "Offer %d may be accepted %d times, and was",
                                    offer, row.getInteger("redemption_limit"))
                            : ProblemType.OFFER_INACTIVE.problem("Offer %d is not active", offer);
                });
    }

    private static Uni<Redemption> accept(
            SqlConnection connection, UUID organization, int offer, UUID customer, Row taken, Instant now) {
        var id = UUID.randomUUID();
        var cost = taken.getBigDecimal("cost");
        return connection
                .preparedQuery("""
                        insert into offer_redemptions (organization_id, customer_id, offer_id, redemption_id, cost,
                            redeemed_at)
                        values ($1, $2, $3, $4, $5, $6)
                        on conflict do nothing""")
                .execute(Tuple.of(organization, customer, offer, id, cost, now.atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    if (rows.rowCount() == 0) {
                        throw ProblemType.OFFER_ALREADY_ACCEPTED.problem(
                                "Customer %s has accepted offer %d before", customer, offer);
                    }
                    return new Redemption(
                            id, offer, customer, Amounts.plain(cost), now, taken.getInteger("redemptions_left"), null);
                });
    }

    private static Uni<Redemption> spend(
            SqlConnection connection, UUID organization, LocalDate month, Row taken, Redemption redemption) {
        var budget = taken.getBigDecimal("monthly_budget");
        return connection
                .preparedQuery("""
                        insert into offer_spending as known (organization_id, offer_id, month, redemptions, spent)
                        select $1, $2, $3, 1, $4
                        where $5::numeric is null or $4::numeric <= $5
                        on conflict (organization_id, offer_id, month) do update
                        set redemptions = known.redemptions + 1, spent = known.spent + excluded.spent
                        where $5::numeric is null or known.spent + excluded.spent <= $5
                        returning $5 - spent as budget_left""")
                .execute(Tuple.from(
                        Arrays.asList(organization, redemption.offerId(), month, taken.getBigDecimal("cost"), budget)))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw spent(redemption, month, budget);
                    }
                    return new Redemption(
                            redemption.redemptionId(),
                            redemption.offerId(),
                            redemption.customerId(),
                            redemption.cost(),
                            redemption.redeemedAt(),
                            redemption.redemptionsLeft(),
                            Amounts.plain(rows.iterator().next().getBigDecimal("budget_left")));
                });
    }

    private static ProblemException spent(Redemption redemption, LocalDate month, BigDecimal budget) {
        return ProblemType.MONTHLY_BUDGET_SPENT.problem(
                "Of the %s that offer %d may cost in the month of %s, less than the %s of one more is left",
                Amounts.plain(budget).toPlainString(),
                redemption.offerId(),
                month,
                redemption.cost().toPlainString());
    }

    /** Who has accepted an offer, in the order of the customers' ids. */
    Uni<Page<Redemption>> of(UUID organization, int offer, UUID after, int limit) {
        return database.query(
                        organization,
                        """
                        select redemption_id, offer_id, customer_id, cost, redeemed_at
                        from offer_redemptions
                        where organization_id = $1 and offer_id = $2 and customer_id > $3
                        order by customer_id
                        limit $4""",
                        io.vertx.sqlclient.Tuple.of(
                                organization, offer, after == null ? new UUID(0, 0) : after, limit + 1))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(row -> new Redemption(
                                        row.getUUID("redemption_id"),
                                        row.getInteger("offer_id"),
                                        row.getUUID("customer_id"),
                                        Amounts.plain(row.getBigDecimal("cost")),
                                        row.get(OffsetDateTime.class, "redeemed_at")
                                                .toInstant(),
                                        null,
                                        null))
                                .toList(),
                        limit,
                        redemption -> redemption.customerId().toString()));
    }
}
