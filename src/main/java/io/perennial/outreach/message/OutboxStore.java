package io.perennial.outreach.message;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.outreach.channel.Receipt;
import io.perennial.outreach.contact.Consents;
import io.perennial.outreach.template.Medium;
import io.perennial.outreach.template.MessageOutcomes;
import io.perennial.tenant.TenantDatabase;

/**
 * Claims what is due and keeps what became of it. Whatever is kept of an attempt is kept only while nobody has claimed the
 * message since.
 */
@ApplicationScoped
class OutboxStore {

    /** One customer's messages do not keep those of others out of a claim. */
    private static final int CANDIDATES_FOR_EACH = 4;

    /** Where a refusal was said that a channel knows of. */
    private static final String OPTED_OUT = "sms_stop";

    private final TenantDatabase database;
    private final MessageOutcomes outcomes;
    private final Deliveries deliveries;
    private final Consents consents;

    OutboxStore(TenantDatabase database, MessageOutcomes outcomes, Deliveries deliveries, Consents consents) {
        this.database = database;
        this.outcomes = outcomes;
        this.deliveries = deliveries;
        this.consents = consents;
    }

    /** The organizations that have something to send by a channel, the most urgent first. */
    Uni<List<UUID>> waiting(Medium channel, Instant now) {
        return database.queryInstance("""
                        select organization_id
                        from outreach_messages
                        where status = 'pending' and channel = $1 and due_at <= $2
                            and (leased_until is null or leased_until <= $2)
                        group by organization_id
                        order by min(priority), min(due_at)""", io.vertx.sqlclient.Tuple.of(channel.value(), utc(now)))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> row.getUUID("organization_id"))
                        .toList());
    }

    private static final String CLAIM = """
            with claimable as (
                select m.customer_id, m.message_id, m.priority, m.due_at, m.place
                from outreach_messages m
                where m.organization_id = $1 and m.channel = $2 and m.status = 'pending' and m.due_at <= $3
                    and (m.leased_until is null or m.leased_until <= $3)
                    and not exists (
                        select from outreach_messages earlier
                        where earlier.organization_id = m.organization_id and earlier.customer_id = m.customer_id
                            and earlier.thread_id = m.thread_id and earlier.place < m.place
                            and earlier.status = 'pending')
                    and not exists (
                        select from outreach_messages other
                        where other.organization_id = m.organization_id and other.customer_id = m.customer_id
                            and other.status = 'pending' and other.leased_until > $3)
                order by m.priority, m.due_at, m.place, m.message_id
                limit $5::integer * %d
            ), in_turn as (
                select customer_id, message_id, priority, due_at,
                    row_number() over (
                        partition by customer_id order by priority, due_at, place, message_id) as turn
                from claimable
            ), chosen as (
                select m.customer_id, m.message_id
                from outreach_messages m
                join in_turn i on i.customer_id = m.customer_id and i.message_id = m.message_id
                where m.organization_id = $1 and i.turn = 1 and m.status = 'pending'
                order by i.priority, i.due_at, m.message_id
                limit $5::integer
                for update of m skip locked
            )
            update outreach_messages m
            set leased_until = $4, attempts = m.attempts + 1
            from chosen c
            where m.organization_id = $1 and m.customer_id = c.customer_id and m.message_id = c.message_id
            returning %s""".formatted(CANDIDATES_FOR_EACH, ClaimedMessage.COLUMNS);

    /**
     * Claims what is due of an organization: the most urgent, in the order of their places, and of each customer one at a time,
     * so that the limits on how often a customer is written to hold. Replicas take turns in claiming of one organization, which
     * takes no longer than the statement; to send they need not wait for each other.
     *
     * @param lease after which others may claim the same again
     */
    Uni<List<ClaimedMessage>> claim(UUID organization, Medium channel, int most, Instant now, Duration lease) {
        return database.transaction(
                organization,
                connection -> connection
                        .query("select pg_advisory_xact_lock(hashtextextended('outbox %s', 0))".formatted(organization))
                        .execute()
                        .chain(() -> connection
                                .preparedQuery(CLAIM)
                                .execute(Tuple.of(organization, channel.value(), utc(now), utc(now.plus(lease)), most)))
                        .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                                .map(ClaimedMessage::of)
                                .toList()));
    }

    /** Whether a claimed message is still to be sent, and still by this replica. */
    Uni<Boolean> isOurs(SqlConnection connection, ClaimedMessage message) {
        return connection.preparedQuery("""
                        select from outreach_messages
                        where organization_id = $1 and customer_id = $2 and message_id = $3 and leased_until = $4
                            and status = 'pending'""").execute(key(message)).map(rows -> rows.size() == 1);
    }

    /** Gives a message back that was not tried. */
    Uni<Void> release(ClaimedMessage message) {
        return postpone(message, null, null);
    }

    /**
     * Has a message wait that was not tried.
     *
     * @param until null for no longer than it has
     * @param reason null for none
     */
    Uni<Void> postpone(ClaimedMessage message, Instant until, String reason) {
        return database.query(
                        message.organization(),
                        """
                        update outreach_messages
                        set attempts = attempts - 1, leased_until = null, due_at = coalesce($5, due_at), reason = $6
                        where organization_id = $1 and customer_id = $2 and message_id = $3 and leased_until = $4
                            and status = 'pending'""",
                        io.vertx.sqlclient.Tuple.from(Arrays.asList(
                                message.organization(),
                                message.customer(),
                                message.id(),
                                message.leasedUntil(),
                                until == null ? null : utc(until),
                                reason)))
                .replaceWithVoid();
    }

    /** Keeps that an attempt was in vain and when the next one is. */
    Uni<Void> failed(ClaimedMessage message, Instant now, Instant nextAttempt, String reason) {
        return database.query(
                        message.organization(),
                        """
                        update outreach_messages
                        set leased_until = null, failing_since = coalesce(failing_since, $5), due_at = $6, reason = $7
                        where organization_id = $1 and customer_id = $2 and message_id = $3 and leased_until = $4
                            and status = 'pending'""",
                        io.vertx.sqlclient.Tuple.from(Arrays.asList(
                                message.organization(),
                                message.customer(),
                                message.id(),
                                message.leasedUntil(),
                                utc(now),
                                utc(nextAttempt),
                                reason)))
                .replaceWithVoid();
    }

    /**
     * Keeps that a channel has taken a message, even if it was cancelled meanwhile, and tells who acts on it.
     *
     * @param isTold whether anybody is told
     */
    Uni<Void> sent(ClaimedMessage message, Receipt receipt, Instant at, boolean isTold) {
        return alongErasure(
                message.organization(),
                connection -> connection
                        .preparedQuery("""
                        update outreach_messages
                        set status = 'sent', sent_at = $5, provider_id = $6, reason = null, leased_until = null,
                            failing_since = null, closed_at = null
                        where organization_id = $1 and customer_id = $2 and message_id = $3 and leased_until = $4
                            and status in ('pending', 'cancelled')""")
                        .execute(Tuple.from(Arrays.asList(
                                message.organization(),
                                message.customer(),
                                message.id(),
                                message.leasedUntil(),
                                utc(at),
                                receipt.providerId())))
                        .chain(rows -> rows.rowCount() == 0
                                ? Uni.createFrom().voidItem()
                                : outcomes.sent(
                                                connection,
                                                message.organization(),
                                                message.customer(),
                                                message.id(),
                                                message.template(),
                                                message.variant(),
                                                message.revision(),
                                                at)
                                        .chain(() -> isTold
                                                ? deliveries.tell(
                                                        connection, message.delivery(Delivery.Kind.SENT, null, at))
                                                : Uni.createFrom().voidItem())));
    }

    /**
     * Closes a message that is not sent, and tells who acts on it.
     *
     * @param kind {@code WITHHELD} or {@code DEAD}
     */
    Uni<Void> close(ClaimedMessage message, Delivery.Kind kind, String reason, Instant at) {
        return alongErasure(message.organization(), connection -> close(connection, message, kind, reason, at));
    }

    /** Withholds a message, and the channel's others from now on: the customer has told the channel that they want none. */
    Uni<Void> optedOut(ClaimedMessage message, String reason, Instant at) {
        return alongErasure(
                message.organization(),
                connection -> consents.refuse(
                                connection,
                                message.organization(),
                                message.customer(),
                                message.channel(),
                                OPTED_OUT,
                                at)
                        .chain(() -> close(connection, message, Delivery.Kind.WITHHELD, reason, at)));
    }

    private Uni<Void> close(
            SqlConnection connection, ClaimedMessage message, Delivery.Kind kind, String reason, Instant at) {
        return connection
                .preparedQuery("""
                        update outreach_messages
                        set status = $5, reason = $6, closed_at = $7, leased_until = null
                        where organization_id = $1 and customer_id = $2 and message_id = $3 and leased_until = $4
                            and status = 'pending'""")
                .execute(Tuple.from(Arrays.asList(
                        message.organization(),
                        message.customer(),
                        message.id(),
                        message.leasedUntil(),
                        kind == Delivery.Kind.DEAD ? "dead" : "withheld",
                        reason,
                        utc(at))))
                .chain(rows -> rows.rowCount() == 0
                        ? Uni.createFrom().voidItem()
                        : deliveries.tell(connection, message.delivery(kind, reason, at)));
    }

    /** Forgets devices that are no longer there, and never writes to them again. */
    Uni<Void> unregister(ClaimedMessage message, List<String> devices, Instant at) {
        return devices.isEmpty()
                ? Uni.createFrom().voidItem()
                : database.query(
                                message.organization(),
                                """
                                with gone as (
                                    delete from push_devices
                                    where organization_id = $1 and customer_id = $2
                                        and token in (select unnest($3::text[]))
                                    returning token
                                )
                                insert into suppressed_addresses (organization_id, channel, address_hash, reason, noted_at)
                                select $1, 'push', sha256(convert_to(token, 'UTF8')), 'unregistered', $4
                                from gone
                                on conflict do nothing""",
                                io.vertx.sqlclient.Tuple.of(
                                        message.organization(),
                                        message.customer(),
                                        devices.toArray(String[]::new),
                                        utc(at)))
                        .replaceWithVoid();
    }

    private interface Work {
        Uni<Void> on(SqlConnection connection);
    }

    /** What is told of a customer may write more about them, which an erasure must not leave behind. */
    private Uni<Void> alongErasure(UUID organization, Work work) {
        return database.transaction(
                organization,
                connection -> connection
                        .query(TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> work.on(connection)));
    }

    private static Tuple key(ClaimedMessage message) {
        return Tuple.of(message.organization(), message.customer(), message.id(), message.leasedUntil());
    }

    private static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
