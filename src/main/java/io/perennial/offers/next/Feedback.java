package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;

import io.perennial.offers.Redemptions;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Organization;
import io.perennial.tenant.Organizations;
import io.perennial.tenant.TenantDatabase;

/**
 * Notes what came of decisions. An offer that was shown is a contact, which limits count; one that was accepted is redeemed,
 * which takes its cost from the month's budget.
 */
@ApplicationScoped
class Feedback {

    private final TenantDatabase database;
    private final Organizations organizations;
    private final Redemptions redemptions;
    private final Idempotency idempotency;
    private final Clock clock;

    Feedback(
            TenantDatabase database,
            Organizations organizations,
            Redemptions redemptions,
            Idempotency idempotency,
            Clock clock) {
        this.database = database;
        this.organizations = organizations;
        this.redemptions = redemptions;
        this.idempotency = idempotency;
        this.clock = clock;
    }

    /** What a customer did with an offer. */
    public enum Outcome {
        SHOWN,
        ACCEPTED,
        DECLINED;

        /** As the API and the database write it. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Reads what {@link #value()} writes. */
        @JsonCreator
        public static Outcome of(String value) {
            return Arrays.stream(values())
                    .filter(known -> known.value().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("must be one of shown, accepted, declined"));
        }
    }

    /**
     * Notes it. Saying the same again changes nothing, and a late answer counts even after the offer was taken for ignored.
     *
     * @param idempotencyKey may be null
     * @return fails with {@link ProblemType#UNKNOWN_DECISION}; with {@link ProblemType#CONFLICT} when nothing was offered or
     *     the customer has answered otherwise before; and, having changed nothing, with whatever keeps an accepted offer from
     *     being redeemed
     */
    Uni<LoggedDecision> note(CustomerReference customer, UUID decision, Outcome outcome, String idempotencyKey) {
        return organizations
                .find(customer.organization())
                .chain(organization -> database.transaction(
                        customer.organization(),
                        connection -> idempotency.once(
                                connection,
                                customer.organization(),
                                idempotencyKey,
                                "POST feedback %s %s".formatted(decision, outcome),
                                LoggedDecision.class,
                                () -> note(connection, organization, customer, decision, outcome))));
    }

    private Uni<LoggedDecision> note(
            SqlConnection connection,
            Organization organization,
            CustomerReference customer,
            UUID decision,
            Outcome outcome) {
        var now = clock.instant().atOffset(ZoneOffset.UTC);
        return lock(connection, customer, decision)
                .invoke(row -> check(row, outcome))
                .call(row -> contact(connection, organization.id(), row, now))
                .call(row -> outcome == Outcome.ACCEPTED
                        ? redeem(connection, organization, row)
                        : Uni.createFrom().voidItem())
                .chain(row -> update(connection, organization.id(), row, outcome, now))
                .map(row -> LoggedDecision.of(row.getDelegate()));
    }

    private static Uni<Row> lock(SqlConnection connection, CustomerReference customer, UUID decision) {
        return connection
                .preparedQuery("""
                        select customer_id, decision_id, offer_id, outcome, shown_at
                        from offer_decisions
                        where organization_id = $1 and customer_id in ($2, $3) and decision_id = $4
                        for update""")
                .execute(Tuple.newInstance(customer.parameters().addUUID(decision)))
                .map(rows -> {
                    for (var row : rows) {
                        return row;
                    }
                    throw Decisions.unknown(decision);
                });
    }

    private static void check(Row row, Outcome outcome) {
        var before = row.getString("outcome");
        if (before == null) {
            throw ProblemType.CONFLICT.problem("Nothing was offered by decision %s", row.getUUID("decision_id"));
        }
        var answered = before.equals("accepted") || before.equals("declined");
        if (answered && outcome != Outcome.SHOWN && !before.equals(outcome.value())) {
            throw ProblemType.CONFLICT.problem("The customer has %s the offer before", before);
        }
    }

    private static Uni<Void> contact(SqlConnection connection, UUID organization, Row row, OffsetDateTime now) {
        return row.getValue("shown_at") != null
                ? Uni.createFrom().voidItem()
                : connection
                        .preparedQuery("""
                                insert into offer_contacts (organization_id, customer_id, contacted_at, offer_id)
                                values ($1, $2, $3, $4)
                                on conflict do nothing""")
                        .execute(Tuple.of(organization, row.getUUID("customer_id"), now, row.getInteger("offer_id")))
                        .replaceWithVoid();
    }

    private Uni<Void> redeem(SqlConnection connection, Organization organization, Row row) {
        return connection
                .preparedQuery("""
                        select from offer_redemptions
                        where organization_id = $1 and customer_id = $2 and offer_id = $3""")
                .execute(Tuple.of(organization.id(), row.getUUID("customer_id"), row.getInteger("offer_id")))
                .chain(rows -> rows.size() > 0
                        ? Uni.createFrom().voidItem()
                        : redemptions
                                .redeem(
                                        connection,
                                        organization,
                                        row.getInteger("offer_id"),
                                        row.getUUID("customer_id"))
                                .replaceWithVoid());
    }

    private static Uni<Row> update(
            SqlConnection connection, UUID organization, Row row, Outcome outcome, OffsetDateTime now) {
        return connection
                .preparedQuery("""
                        update offer_decisions
                        set outcome = case when $4 = 'shown' and outcome <> 'pending' then outcome else $4 end,
                            shown_at = coalesce(shown_at, $5),
                            answered_at = case when $4 = 'shown' or outcome = $4 then answered_at else $5 end
                        where organization_id = $1 and customer_id = $2 and decision_id = $3
                        returning %s""".formatted(LoggedDecision.COLUMNS))
                .execute(Tuple.of(
                        organization, row.getUUID("customer_id"), row.getUUID("decision_id"), outcome.value(), now))
                .map(rows -> rows.iterator().next());
    }
}
