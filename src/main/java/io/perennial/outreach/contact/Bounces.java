package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.outreach.message.Deliveries;
import io.perennial.outreach.message.Delivery;
import io.perennial.outreach.template.Medium;
import io.perennial.tenant.TenantDatabase;

/** Acts on what became of e-mails: addresses that they come back from for good, and people who complain, get no more. */
@ApplicationScoped
class Bounces {

    private static final String COMPLAINT = "complaint";

    private final TenantDatabase database;
    private final Suppressions suppressions;
    private final Consents consents;
    private final Deliveries deliveries;
    private final Clock clock;

    Bounces(TenantDatabase database, Suppressions suppressions, Consents consents, Deliveries deliveries, Clock clock) {
        this.database = database;
        this.suppressions = suppressions;
        this.consents = consents;
        this.deliveries = deliveries;
        this.clock = clock;
    }

    /** Takes them all or none; the same ones again change nothing. */
    Uni<Void> take(UUID organization, List<Bounce> bounces) {
        return database.transaction(
                organization,
                transaction -> transaction
                        .query(TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> customers(transaction, organization, bounces))
                        .chain(customers -> {
                            Uni<Void> taken = Uni.createFrom().voidItem();
                            for (var bounce : bounces) {
                                taken = taken.chain(() -> take(transaction, organization, bounce, customers));
                            }
                            return taken;
                        }));
    }

    /** Whose messages they are, by the id of the message. */
    private static Uni<Map<UUID, UUID>> customers(SqlConnection transaction, UUID organization, List<Bounce> bounces) {
        var messages = bounces.stream()
                .flatMap(bounce -> bounce.message().stream())
                .distinct()
                .toArray(UUID[]::new);
        return transaction
                .preparedQuery("""
                        select message_id, customer_id
                        from unnest($2::uuid[]) as named (message_id)
                        join outreach_messages using (message_id)
                        where organization_id = $1""")
                .execute(Tuple.of(organization, messages))
                .map(rows -> {
                    var customers = new HashMap<UUID, UUID>();
                    rows.forEach(row -> customers.put(row.getUUID(0), row.getUUID(1)));
                    return customers;
                });
    }

    private Uni<Void> take(SqlConnection transaction, UUID organization, Bounce bounce, Map<UUID, UUID> customers) {
        var at = bounce.occurredAt() == null ? clock.instant() : bounce.occurredAt();
        var customer = bounce.message().map(customers::get).orElse(null);
        return suppressed(transaction, organization, bounce, at)
                .chain(() -> bounce.isComplaint()
                        ? refused(transaction, organization, bounce, customer, at)
                        : Uni.createFrom().voidItem())
                .chain(() -> customer == null
                        ? Uni.createFrom().voidItem()
                        : deliveries.note(
                                transaction,
                                organization,
                                customer,
                                bounce.message().orElseThrow(),
                                bounce.isReturned() ? Delivery.Kind.BOUNCED : Delivery.Kind.DELIVERED,
                                bounce.isReturned() ? bounce.told() : null,
                                at));
    }

    private Uni<Void> suppressed(SqlConnection transaction, UUID organization, Bounce bounce, Instant at) {
        return bounce.suppresses()
                ? suppressions.add(
                        transaction, organization, Medium.EMAIL, bounce.address(), bounce.suppressionReason(), at)
                : Uni.createFrom().voidItem();
    }

    /** Where it is not said which message it is about, it is about everybody with the address. */
    private Uni<Void> refused(SqlConnection transaction, UUID organization, Bounce bounce, UUID customer, Instant at) {
        return customer == null
                ? consents.refuseMail(transaction, organization, bounce.address(), COMPLAINT, at)
                : consents.refuse(transaction, organization, customer, Medium.EMAIL, COMPLAINT, at);
    }
}
