package io.perennial.outreach.contact;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.perennial.outreach.template.Medium;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Keeps what customers have said about being contacted. */
@ApplicationScoped
public class Consents {

    private static final String ALL = "all";
    private static final String API = "api";

    private final TenantDatabase database;
    private final Clock clock;

    Consents(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Notes that a customer refuses a channel from now on; nothing when that is known or there is no such customer.
     *
     * @param source where it was said, such as {@code one_click}, {@code complaint} or {@code sms_stop}
     */
    public Uni<Void> refuse(
            SqlConnection transaction, UUID organization, UUID customer, Medium channel, String source, Instant at) {
        return transaction
                .query(TenantDatabase.shareWithoutErasure(organization))
                .execute()
                .chain(() ->
                        note(transaction, organization, customer, channel.value(), ConsentStatus.REFUSED, source, at));
    }

    /**
     * Notes that everybody with a mailbox refuses e-mail from now on. Looks at every customer of the organization.
     *
     * @param source where it was said, such as {@code complaint}
     */
    Uni<Void> refuseMail(SqlConnection transaction, UUID organization, String address, String source, Instant at) {
        return transaction
                .preparedQuery("""
                        insert into contact_consents (organization_id, customer_id, channel, status, source, noted_at)
                        select organization_id, customer_id, 'email', 'refused', $3, $4
                        from customers
                        where organization_id = $1 and lower(btrim(email)) = lower(btrim($2))
                        on conflict (organization_id, customer_id, channel) do update
                        set status = excluded.status, source = excluded.source, noted_at = excluded.noted_at
                        where contact_consents.status <> excluded.status""")
                .execute(Tuple.of(organization, address, source, at.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    private static Uni<Void> note(
            SqlConnection transaction,
            UUID organization,
            UUID customer,
            String channel,
            ConsentStatus status,
            String source,
            Instant at) {
        return transaction
                .preparedQuery("""
                        insert into contact_consents (organization_id, customer_id, channel, status, source, noted_at)
                        select organization_id, customer_id, $3, $4, $5, $6
                        from customers
                        where organization_id = $1 and customer_id = $2
                        on conflict (organization_id, customer_id, channel) do update
                        set status = excluded.status, source = excluded.source, noted_at = excluded.noted_at
                        where contact_consents.status <> excluded.status""")
                .execute(Tuple.tuple()
                        .addUUID(organization)
                        .addUUID(customer)
                        .addString(channel)
                        .addString(status.value())
                        .addString(source)
                        .addOffsetDateTime(at.atOffset(ZoneOffset.UTC)))
                .replaceWithVoid();
    }

    /** What a customer has said; fails where there is no such customer. */
    Uni<ContactConsents> of(CustomerReference customer) {
        return database.transaction(
                customer.organization(),
                connection -> id(connection, customer).chain(id -> read(connection, customer.organization(), id)));
    }

    /** Notes what a customer says now. What is left out stays as it is. */
    Uni<ContactConsents> change(CustomerReference customer, NewConsents said) {
        var organization = customer.organization();
        return database.transaction(
                organization,
                transaction -> transaction
                        .query(TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> id(transaction, customer))
                        .call(id -> all(transaction, organization, id, said))
                        .chain(id -> read(transaction, organization, id)));
    }

    private Uni<Void> all(SqlConnection transaction, UUID organization, UUID customer, NewConsents said) {
        var now = clock.instant();
        var source = said.source() == null ? API : said.source();
        var changes = new LinkedHashMap<String, ConsentStatus>();
        said.channels().forEach((channel, status) -> changes.put(channel.value(), status));
        if (said.doNotContact() != null) {
            changes.put(ALL, said.doNotContact() ? ConsentStatus.REFUSED : ConsentStatus.GRANTED);
        }
        Uni<Void> done = Uni.createFrom().voidItem();
        for (var change : changes.entrySet()) {
            done = done.chain(
                    () -> note(transaction, organization, customer, change.getKey(), change.getValue(), source, now));
        }
        return done;
    }

    /** The id of a customer; fails where there is no such customer. */
    static Uni<UUID> id(SqlConnection connection, CustomerReference customer) {
        var candidates = customer.candidates();
        return connection
                .preparedQuery(
                        "select customer_id from customers where organization_id = $1 and customer_id in ($2, $3)")
                .execute(Tuple.of(customer.organization(), candidates[0], candidates[candidates.length - 1]))
                .map(rows -> {
                    for (var row : rows) {
                        return row.getUUID(0);
                    }
                    throw customer.unknown();
                });
    }

    private static Uni<ContactConsents> read(SqlConnection connection, UUID organization, UUID customer) {
        return connection
                .preparedQuery("""
                        select channel, status, source, noted_at
                        from contact_consents
                        where organization_id = $1 and customer_id = $2""")
                .execute(Tuple.of(organization, customer))
                .map(rows -> consents(customer, rows));
    }

    private static ContactConsents consents(UUID customer, RowSet<Row> rows) {
        Map<Medium, ContactConsents.Consent> channels = new EnumMap<>(Medium.class);
        ContactConsents.Consent all = null;
        for (var row : rows) {
            var consent = new ContactConsents.Consent(
                    ConsentStatus.of(row.getString("status")),
                    row.getString("source"),
                    row.get(OffsetDateTime.class, "noted_at").toInstant());
            if (row.getString("channel").equals(ALL)) {
                all = consent;
            } else {
                channels.put(Medium.of(row.getString("channel")), consent);
            }
        }
        return ContactConsents.of(customer, all, channels);
    }
}
