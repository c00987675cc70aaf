package io.perennial.outreach.message;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;

import io.perennial.outreach.channel.Outgoing;
import io.perennial.outreach.contact.Decision;
import io.perennial.outreach.template.Medium;

/**
 * A message that this replica is to send, until its lease ends.
 *
 * @param attempt which it is, from 1
 * @param leasedUntil which tells this claim from later ones
 * @param failingSince when it was first tried in vain; null before
 */
record ClaimedMessage(
        UUID organization,
        UUID customer,
        UUID id,
        UUID thread,
        int place,
        Medium channel,
        int priority,
        String subject,
        String text,
        String html,
        String unsubscribeUrl,
        String template,
        String variant,
        int revision,
        Instant createdAt,
        int attempt,
        OffsetDateTime leasedUntil,
        Instant failingSince) {

    static final String COLUMNS = """
            m.organization_id, m.customer_id, m.message_id, m.thread_id, m.place, m.channel, m.priority, m.subject, m.text,
            m.html, m.unsubscribe_url, m.template, m.variant, m.revision, m.created_at, m.attempts, m.leased_until,
            m.failing_since""";

    static ClaimedMessage of(Row row) {
        var failingSince = row.getOffsetDateTime("failing_since");
        return new ClaimedMessage(
                row.getUUID("organization_id"),
                row.getUUID("customer_id"),
                row.getUUID("message_id"),
                row.getUUID("thread_id"),
                row.getInteger("place"),
                Medium.of(row.getString("channel")),
                row.getInteger("priority"),
                row.getString("subject"),
                row.getString("text"),
                row.getString("html"),
                row.getString("unsubscribe_url"),
                row.getString("template"),
                row.getString("variant"),
                row.getInteger("revision"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getInteger("attempts"),
                row.getOffsetDateTime("leased_until"),
                failingSince == null ? null : failingSince.toInstant());
    }

    /** As it goes to an address. */
    Outgoing to(Decision decision, Outgoing.Sender sender) {
        return new Outgoing(
                organization,
                customer,
                id,
                sender,
                decision.address(),
                decision.devices(),
                subject,
                text,
                html,
                unsubscribeUrl,
                priority,
                createdAt,
                attempt);
    }

    Delivery delivery(Delivery.Kind kind, String reason, Instant at) {
        return new Delivery(organization, customer, id, thread, place, channel.value(), kind, reason, at);
    }

    /** Its text is personal, so it is never written out. */
    @Override
    public String toString() {
        return "message %s, attempt %d".formatted(id, attempt);
    }
}
