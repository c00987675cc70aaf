package io.perennial.recovery.incentive;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.recovery.billing.BillingSegment;
import io.perennial.recovery.billing.BillingSegments;
import io.perennial.recovery.billing.CustomerMetrics;
import io.perennial.recovery.billing.PriorityLevel;
import io.perennial.recovery.billing.Settings;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/**
 * Makes retention offers: what the settings have for the customer's billing segment and the stage of dunning, and for the
 * triggers that are reached, as far as the budgets and what the customer is expected to be worth allow. What an offer costs
 * at most is reserved when it is made, and free again when it can no longer be redeemed.
 */
@ApplicationScoped
public class RetentionOffers {

    static final String TOPIC = "retention_offers";

    private final TenantDatabase database;
    private final BillingSegments segments;
    private final Settings settings;
    private final OfferCodes codes;
    private final ObjectMapper json;
    private final Clock clock;

    RetentionOffers(
            TenantDatabase database,
            BillingSegments segments,
            Settings settings,
            OfferCodes codes,
            ObjectMapper json,
            Clock clock) {
        this.database = database;
        this.segments = segments;
        this.settings = settings;
        this.codes = codes;
        this.json = json;
        this.clock = clock;
    }

    /** What would be offered to a customer, and why not more. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OfferPreview(
            @Schema(description = "True; what went wrong is a problem document")
            boolean success,

            UUID customerId,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "high_value",
                    enumeration = {"high_value", "mid_value", "standard", "at_risk"})
            BillingSegment segment,

            @Schema(
                    type = SchemaType.STRING,
                    examples = "dunning_3",
                    enumeration = {"dunning_1", "dunning_2", "dunning_3", "dunning_4", "dunning_5"})
            DunningStage stageName,

            @Schema(description = "ISO 4217", examples = "EUR")
            String currency,

            @Schema(description = "What discounts are a share of: the price of a month", examples = "640.00")
            BigDecimal monthlyPrice,

            @Schema(description = "What was to be paid and was not; absent when nothing is due", examples = "640.00")
            BigDecimal amountDue,

            @Schema(description = "What the customer is expected to be worth", examples = "7680.00")
            BigDecimal expectedValue,

            List<RetentionOffer> offers,

            @Schema(description = "What the settings ask for besides, and why it is not offered")
            List<Withheld> withheld,

            List<Trigger> triggers,
            CustomerMetrics customerMetrics) {}

    /** An offer that was made, and what became of it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record MadeOffer(
            UUID customerId,
            UUID caseId,

            @Schema(
                    examples = "open",
                    enumeration = {"open", "redeemed", "expired", "replaced", "withdrawn"})
            String status,

            Instant madeAt,

            @Schema(description = "Absent unless it was redeemed")
            Instant redeemedAt,

            @Schema(description = "When it could no longer be redeemed; absent while it can")
            Instant closedAt,

            RetentionOffer offer) {}

    /** What is offered, and what it is based on. */
    private record Proposal(
            BillingSegments.CustomerBillingSegment customer,
            Affordability affordability,
            BigDecimal price,
            List<Trigger> triggers,
            Allowance.Fitted fitted) {}

    /** An offer of the case that is still open. */
    private record OpenOffer(UUID id, BigDecimal cost, LocalDate month) {}

    /**
     * Makes the offers of a stage within the transaction of the dunning step. Asked again for the same case and stage, it
     * yields the offers that were made, with their codes. An offer takes the place of an open one of the same case, type and
     * occasion from an earlier stage.
     *
     * @return the offers, those of the stage first; fails when there is no such customer
     */
    public Uni<List<RetentionOffer>> generate(SqlConnection connection, CaseFacts facts, DunningStage stage) {
        return IncentiveBudgets.lock(connection, facts.organization())
                .chain(() -> made(connection, facts, stage))
                .chain(made -> made == null
                        ? make(connection, facts, stage)
                        : Uni.createFrom().item(made));
    }

    /** What is still open of the offers that were made in a stage; null when none were made. */
    private Uni<List<RetentionOffer>> made(SqlConnection connection, CaseFacts facts, DunningStage stage) {
        return connection
                .preparedQuery("""
                        select offer::text, status = 'open' as is_open from retention_offers
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and stage = $4
                        order by array_position(array['stage', 'escalation', 'loyalty', 'bonus'], occasion),
                            array_position(array['discount', 'payment_plan', 'feature_upgrade', 'grace_period'], offer_type)""")
                .execute(Tuple.of(facts.organization(), facts.customer(), facts.caseId(), stage.label()))
                .map(rows -> rows.size() == 0
                        ? null
                        : StreamSupport.stream(rows.spliterator(), false)
                                .filter(row -> row.getBoolean("is_open"))
                                .map(row -> read(row.getString("offer")))
                                .toList());
    }

    private Uni<List<RetentionOffer>> make(SqlConnection connection, CaseFacts facts, DunningStage stage) {
        var now = clock.instant();
        return open(connection, facts)
                .chain(open -> propose(connection, facts, stage, open, now)
                        .chain(proposal -> store(connection, facts, proposal, open, now)));
    }

    private static Uni<Map<Allowance.Kind, OpenOffer>> open(SqlConnection connection, CaseFacts facts) {
        return connection
                .preparedQuery("""
                        select retention_offer_id, offer_type, occasion, cost, month from retention_offers
                        where organization_id = $1 and customer_id = $2 and case_id = $3 and status = 'open'""")
                .execute(Tuple.of(facts.organization(), facts.customer(), facts.caseId()))
                .map(rows -> {
                    var open = new HashMap<Allowance.Kind, OpenOffer>();
                    rows.forEach(row -> open.put(
                            new Allowance.Kind(
                                    OfferType.of(row.getString("offer_type")), Occasion.of(row.getString("occasion"))),
                            new OpenOffer(
                                    row.getUUID("retention_offer_id"),
                                    row.getBigDecimal("cost"),
                                    row.getLocalDate("month"))));
                    return open;
                });
    }

    private Uni<Proposal> propose(
            SqlConnection connection,
            CaseFacts facts,
            DunningStage stage,
            Map<Allowance.Kind, OpenOffer> open,
            Instant now) {
        var customer =
                new CustomerReference(facts.organization(), facts.customer().toString(), new UUID[] {facts.customer()});
        return segments.of(connection, customer)
                .chain(segment -> settings(connection, facts.organization())
                        .chain(rules -> Affordability.of(
                                        connection,
                                        segment.customerMetrics(),
                                        facts.caseId(),
                                        facts.subscription(),
                                        now)
                                .map(afford -> propose(rules, segment, afford, facts, stage, open, now))));
    }

    private static Proposal propose(
            OfferSettings rules,
            BillingSegments.CustomerBillingSegment customer,
            Affordability afford,
            CaseFacts facts,
            DunningStage stage,
            Map<Allowance.Kind, OpenOffer> open,
            Instant now) {
        var metrics = customer.customerMetrics();
        var failures = Math.max(facts.failedAttempts(), metrics.paymentFailuresLast3Months());
        var triggers = Trigger.check(
                rules,
                customer.segment(),
                customer.segmentConfig().customOffers(),
                failures,
                metrics.subscriptionLengthMonths(),
                metrics.featureUsage());
        var currency = facts.currency() == null ? afford.currency() : facts.currency();
        var price = price(afford, facts, metrics);
        var wanted = rules.enabled()
                ? StageOffers.of(
                        rules,
                        new RetentionOffer.Frame(
                                customer.segment(),
                                stage,
                                priority(rules, customer.segment()),
                                currency,
                                now.plus(Duration.ofDays(rules.validityDays()))),
                        new StageOffers.Basis(price, facts.amountDue(), failures, metrics.subscriptionLengthMonths()),
                        triggers)
                : List.<RetentionOffer>of();
        var fitted = currency.equals(afford.currency())
                ? afford.allowance().fit(wanted, places(open, afford.month()))
                : withoutCost(wanted);
        return new Proposal(customer, afford, price, triggers, fitted);
    }

    /** What cannot be compared with the budgets is not promised. */
    private static Allowance.Fitted withoutCost(List<RetentionOffer> wanted) {
        return new Allowance.Fitted(
                wanted.stream().filter(offer -> offer.cost().signum() == 0).toList(),
                wanted.stream()
                        .filter(offer -> offer.cost().signum() > 0)
                        .map(offer -> Withheld.of(offer, "currency"))
                        .toList());
    }

    private static Map<Allowance.Kind, Allowance.Open> places(Map<Allowance.Kind, OpenOffer> open, LocalDate month) {
        var places = new HashMap<Allowance.Kind, Allowance.Open>();
        open.forEach((kind, offer) ->
                places.put(kind, new Allowance.Open(offer.cost(), offer.month().equals(month))));
        return places;
    }

    /** Of the subscription in question or, where it is not known, what is due; else of all the customer pays for. */
    private static BigDecimal price(Affordability afford, CaseFacts facts, CustomerMetrics metrics) {
        if (afford.price() != null) {
            return afford.price();
        }
        return facts.amountDue() == null || "subscriptions".equals(metrics.monthlyRevenueFrom())
                ? metrics.monthlyRevenue()
                : facts.amountDue();
    }

    private static PriorityLevel priority(OfferSettings rules, BillingSegment segment) {
        var trigger = rules.offerTriggers().subscriptionAge().get(segment.label());
        return trigger == null ? PriorityLevel.STANDARD : trigger.priority();
    }

    private Uni<List<RetentionOffer>> store(
            SqlConnection connection,
            CaseFacts facts,
            Proposal proposal,
            Map<Allowance.Kind, OpenOffer> open,
            Instant now) {
        var offers = proposal.fitted().offers().stream()
                .map(offer -> offer.made(UUID.randomUUID(), codes.next()))
                .toList();
        if (offers.isEmpty()) {
            return Uni.createFrom().item(offers);
        }
        var replaced = offers.stream()
                .map(offer -> open.get(Allowance.Kind.of(offer)))
                .filter(offer -> offer != null)
                .map(OpenOffer::id)
                .toArray(UUID[]::new);
        var month = proposal.affordability().month();
        var promised = offers.stream().map(RetentionOffer::cost).reduce(BigDecimal.ZERO, BigDecimal::add);
        return replace(connection, facts, replaced, now)
                .chain(() -> insert(connection, facts, offers, month, now))
                .chain(() -> IncentiveBudgets.reserve(connection, facts.organization(), month, promised))
                .replaceWith(offers);
    }

    private Uni<Void> insert(
            SqlConnection connection, CaseFacts facts, List<RetentionOffer> offers, LocalDate month, Instant now) {
        return connection
                .preparedQuery("""
                        insert into retention_offers (organization_id, customer_id, retention_offer_id, case_id, stage, occasion,
                            offer_type, segment, code, offer, cost, month, status, made_at, valid_until)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12, 'open', $13, $14)""")
                .executeBatch(offers.stream()
                        .map(offer -> Tuple.newInstance(io.vertx.sqlclient.Tuple.from(Arrays.asList(
                                facts.organization(),
                                facts.customer(),
                                offer.offerId(),
                                facts.caseId(),
                                offer.stage().label(),
                                offer.occasion().label(),
                                offer.type().label(),
                                offer.segment().label(),
                                offer.offerCode(),
                                write(offer),
                                offer.cost(),
                                month,
                                now.atOffset(ZoneOffset.UTC),
                                offer.validUntil().atOffset(ZoneOffset.UTC)))))
                        .toList())
                .replaceWithVoid();
    }

    private static Uni<Void> replace(SqlConnection connection, CaseFacts facts, UUID[] offers, Instant now) {
        return offers.length == 0
                ? Uni.createFrom().voidItem()
                : close(
                                connection,
                                "customer_id = $4 and retention_offer_id in (select unnest($5::uuid[]))",
                                Tuple.tuple()
                                        .addUUID(facts.organization())
                                        .addString("replaced")
                                        .addOffsetDateTime(now.atOffset(ZoneOffset.UTC))
                                        .addUUID(facts.customer())
                                        .addArrayOfUUID(offers))
                        .replaceWithVoid();
    }

    /**
     * Takes back what is still open of a case that has ended, and frees what was promised.
     *
     * @return how many offers were open
     */
    public Uni<Integer> release(SqlConnection connection, UUID organization, UUID customer, UUID caseId) {
        return IncentiveBudgets.lock(connection, organization)
                .chain(() -> close(
                        connection,
                        "customer_id = $4 and case_id = $5",
                        Tuple.of(
                                organization,
                                "withdrawn",
                                clock.instant().atOffset(ZoneOffset.UTC),
                                customer,
                                caseId)));
    }

    /**
     * Takes back some offers to a customer that are still open, and frees what was promised.
     *
     * @return how many of them were open
     */
    public Uni<Integer> withdraw(SqlConnection connection, UUID organization, UUID customer, List<UUID> offers) {
        return IncentiveBudgets.lock(connection, organization)
                .chain(() -> close(
                        connection,
                        "customer_id = $4 and retention_offer_id in (select unnest($5::uuid[]))",
                        Tuple.tuple()
                                .addUUID(organization)
                                .addString("withdrawn")
                                .addOffsetDateTime(clock.instant().atOffset(ZoneOffset.UTC))
                                .addUUID(customer)
                                .addArrayOfUUID(offers.toArray(UUID[]::new))));
    }

    /** What a customer is expected to be worth as of now, 0 or more, in the currency of the organization. */
    public Uni<BigDecimal> expectedValue(SqlConnection connection, CustomerMetrics metrics) {
        return Affordability.of(connection, metrics, null, null, clock.instant())
                .map(Affordability::expectedValue);
    }

    /** Frees what was promised by the offers of an organization that are no longer valid. Yields how many they were. */
    Uni<Integer> expire(UUID organization) {
        return database.transaction(
                organization,
                connection -> IncentiveBudgets.lock(connection, organization)
                        .chain(() -> close(
                                connection,
                                "valid_until <= $3",
                                Tuple.of(
                                        organization, "expired", clock.instant().atOffset(ZoneOffset.UTC)))));
    }

    /** The organizations with offers that are open and no longer valid. */
    Uni<List<UUID>> withExpired() {
        return database.queryInstance(
                        "select distinct organization_id from retention_offers where status = 'open' and valid_until <= $1",
                        io.vertx.sqlclient.Tuple.of(clock.instant().atOffset(ZoneOffset.UTC)))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> row.getUUID(0))
                        .toList());
    }

    /** Closes open offers of organization {@code $1} with status {@code $2} at {@code $3}, and frees what they promised. */
    private static Uni<Integer> close(SqlConnection connection, String which, Tuple parameters) {
        return connection
                .preparedQuery("""
                        with closed as (
                            update retention_offers set status = $2, closed_at = $3
                            where organization_id = $1 and status = 'open' and %s
                            returning month, cost
                        ), freed as (
                            update incentive_spending s set reserved = s.reserved - c.cost
                            from (select month, sum(cost) as cost from closed group by month) c
                            where s.organization_id = $1 and s.month = c.month
                        )
                        select count(*)::integer from closed""".formatted(which))
                .execute(parameters)
                .map(rows -> rows.iterator().next().getInteger(0));
    }

    /**
     * What would be offered to a customer now; nothing is promised.
     *
     * @param amountDue null for what the latest open failure of a payment says
     */
    Uni<OfferPreview> preview(CustomerReference customer, DunningStage stage, BigDecimal amountDue) {
        return database.transaction(
                customer.organization(),
                connection -> facts(connection, customer, amountDue).chain(facts -> preview(connection, facts, stage)));
    }

    /** What would be offered in a case now; nothing is promised. Fails when there is no such customer. */
    public Uni<OfferPreview> preview(SqlConnection connection, CaseFacts facts, DunningStage stage) {
        return propose(connection, facts, stage, Map.of(), clock.instant())
                .map(proposal -> preview(proposal, facts, stage));
    }

    private static Uni<CaseFacts> facts(SqlConnection connection, CustomerReference customer, BigDecimal amountDue) {
        return connection
                .preparedQuery("""
                        select c.customer_id, f.subscription_id, f.amount, f.currency, coalesce(f.attempt_count, 0) as attempts
                        from customers c
                        left join lateral (
                            select subscription_id, amount, currency, attempt_count
                            from payment_failures
                            where organization_id = $1 and customer_id = c.customer_id and status = 'open'
                            order by last_failed_at desc
                            limit 1
                        ) f on true
                        where c.organization_id = $1 and c.customer_id in ($2, $3)""")
                .execute(Tuple.newInstance(customer.parameters()))
                .map(rows -> {
                    for (var row : rows) {
                        return new CaseFacts(
                                customer.organization(),
                                row.getUUID("customer_id"),
                                null,
                                row.getString("subscription_id"),
                                amountDue == null ? row.getBigDecimal("amount") : amountDue,
                                amountDue == null ? row.getString("currency") : null,
                                row.getInteger("attempts"));
                    }
                    throw customer.unknown();
                });
    }

    private static OfferPreview preview(Proposal proposal, CaseFacts facts, DunningStage stage) {
        return new OfferPreview(
                true,
                facts.customer(),
                proposal.customer().segment(),
                stage,
                proposal.affordability().currency(),
                Amounts.plain(proposal.price()),
                Amounts.plain(facts.amountDue()),
                Amounts.plain(proposal.affordability().expectedValue()),
                proposal.fitted().offers(),
                proposal.fitted().withheld(),
                proposal.triggers(),
                proposal.customer().customerMetrics());
    }

    /**
     * The offers that were made to a customer, the latest first, without their codes.
     *
     * @param after the offer that the page before ended with; null for the first page
     */
    Uni<Page<MadeOffer>> of(CustomerReference customer, UUID after, int limit) {
        return database.query(
                        customer.organization(),
                        """
                        select customer_id, case_id, status, made_at, redeemed_at, closed_at, offer::text
                        from retention_offers
                        where organization_id = $1 and customer_id in ($2, $3)
                            and ($4::uuid is null or (made_at, retention_offer_id) < (
                                select made_at, retention_offer_id from retention_offers
                                where organization_id = $1 and customer_id in ($2, $3) and retention_offer_id = $4))
                        order by made_at desc, retention_offer_id desc
                        limit $5""",
                        customer.parameters().addUUID(after).addInteger(limit + 1))
                .chain(rows -> {
                    List<MadeOffer> offers = new ArrayList<>();
                    rows.forEach(row -> offers.add(madeOffer(Row.newInstance(row))));
                    return offers.isEmpty() ? known(customer) : Uni.createFrom().item(offers);
                })
                .map(offers ->
                        Page.of(offers, limit, offer -> offer.offer().offerId().toString()));
    }

    private Uni<List<MadeOffer>> known(CustomerReference customer) {
        return database.query(
                        customer.organization(),
                        "select from customers where organization_id = $1 and customer_id in ($2, $3)",
                        customer.parameters())
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw customer.unknown();
                    }
                    return List.of();
                });
    }

    private MadeOffer madeOffer(Row row) {
        return new MadeOffer(
                row.getUUID("customer_id"),
                row.getUUID("case_id"),
                row.getString("status"),
                instant(row, "made_at"),
                instant(row, "redeemed_at"),
                instant(row, "closed_at"),
                read(row.getString("offer")).withCodeHidden());
    }

    /** The offers as an organization has set them. */
    Uni<OfferSettings> settings(UUID organization) {
        return database.transaction(organization, connection -> settings(connection, organization));
    }

    private Uni<OfferSettings> settings(SqlConnection connection, UUID organization) {
        return settings.of(connection, organization, TOPIC, OfferSettings.class, DefaultOffers.SETTINGS);
    }

    /** Sets the offers of an organization; fails when they contradict themselves. */
    Uni<OfferSettings> change(UUID organization, OfferSettings given) {
        var valid = given.validated();
        return database.transaction(
                organization,
                connection ->
                        settings.replace(connection, organization, TOPIC, valid).replaceWith(valid));
    }

    private RetentionOffer read(String offer) {
        try {
            return json.readValue(offer, RetentionOffer.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String write(RetentionOffer offer) {
        try {
            return json.writeValueAsString(offer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
