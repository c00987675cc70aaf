package io.perennial.outreach.link;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.OffsetDateTime;
import org.jboss.logging.Logger;

import io.perennial.outreach.contact.Consents;
import io.perennial.outreach.contact.OutreachSettingsStore;
import io.perennial.outreach.message.Deliveries;
import io.perennial.outreach.message.Delivery;
import io.perennial.outreach.template.Medium;
import io.perennial.tenant.TenantDatabase;

/** Finds what a link stands for, and notes that it was followed. */
@ApplicationScoped
class LinkVisits {

    private static final Logger LOG = Logger.getLogger(LinkVisits.class);

    private final TenantDatabase database;
    private final OutreachSettingsStore settings;
    private final Deliveries deliveries;
    private final Consents consents;
    private final Clock clock;

    LinkVisits(
            TenantDatabase database,
            OutreachSettingsStore settings,
            Deliveries deliveries,
            Consents consents,
            Clock clock) {
        this.database = database;
        this.settings = settings;
        this.deliveries = deliveries;
        this.consents = consents;
        this.clock = clock;
    }

    /** What a link stands for; null when that is forgotten. */
    Uni<KnownLink> find(LinkKind kind, byte[] id) {
        return database.queryInstance("""
                        select organization_id, customer_id, message_id, path, expires_at
                        from outreach_links
                        where link_id = $1 and kind = $2""", Tuple.of(Buffer.buffer(id), kind.value()))
                .chain(rows -> {
                    for (Row row : rows) {
                        return known(row);
                    }
                    return Uni.createFrom().nullItem();
                });
    }

    private Uni<KnownLink> known(Row link) {
        var organization = link.getUUID("organization_id");
        return database.query(
                        organization,
                        """
                        select o.name,
                            (select settings::text from outreach_settings where organization_id = $1) as settings,
                            (select coalesce(attributes ->> 'language', attributes ->> 'locale') from customers
                                where organization_id = $1 and customer_id = $2) as language,
                            (select thread_id from outreach_messages
                                where organization_id = $1 and customer_id = $2 and message_id = $3) as thread_id
                        from organizations o
                        where o.id = $1""",
                        Tuple.of(organization, link.getUUID("customer_id"), link.getUUID("message_id")))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return new KnownLink(
                            organization,
                            link.getUUID("customer_id"),
                            link.getUUID("message_id"),
                            link.getString("path"),
                            link.get(OffsetDateTime.class, "expires_at").toInstant(),
                            row.getString("name"),
                            row.getString("language"),
                            row.getUUID("thread_id"),
                            settings.read(row.getString("settings")));
                });
    }

    /** Notes that a message was opened or clicked, and goes on where that fails: nobody is to wait in vain for it. */
    Uni<Void> note(KnownLink link, Delivery.Kind kind) {
        return database.transaction(
                        link.organization(),
                        transaction -> transaction
                                .query(TenantDatabase.shareWithoutErasure(link.organization()))
                                .execute()
                                .chain(() -> deliveries.note(
                                        transaction,
                                        link.organization(),
                                        link.customer(),
                                        link.message(),
                                        kind,
                                        clock.instant())))
                .onFailure()
                .recoverWithUni(failure -> {
                    LOG.errorf(failure, "It is not noted that message %s was %s", link.message(), kind);
                    return Uni.createFrom().voidItem();
                });
    }

    /**
     * Notes that a customer wants no more e-mails.
     *
     * @param source {@code unsubscribe_link} or {@code one_click}
     */
    Uni<Void> unsubscribe(KnownLink link, String source) {
        return database.transaction(
                link.organization(),
                transaction -> consents.refuse(
                        transaction, link.organization(), link.customer(), Medium.EMAIL, source, clock.instant()));
    }
}
