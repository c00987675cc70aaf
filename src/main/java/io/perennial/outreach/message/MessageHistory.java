package io.perennial.outreach.message;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import io.perennial.outreach.template.Medium;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** What was to be sent and what became of it, and has sent again what was given up. */
@ApplicationScoped
class MessageHistory {

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Clock clock;

    MessageHistory(TenantDatabase database, Idempotency idempotency, Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.clock = clock;
    }

    /**
     * Messages, the latest first.
     *
     * @param status null for all
     * @param channel null for all
     * @param after the id of the message that the page before ended with; null for the first page
     */
    Uni<Page<OutreachMessage>> list(UUID organization, String status, Medium channel, UUID after, int limit) {
        return database.query(
                        organization,
                        """
                        select %s
                        from outreach_messages
                        where organization_id = $1
                            and ($2::text is null or status = $2)
                            and ($3::text is null or channel = $3)
                            and ($4::uuid is null or (created_at, message_id) < (
                                select created_at, message_id
                                from outreach_messages
                                where organization_id = $1 and message_id = $4))
                        order by created_at desc, message_id desc
                        limit $5""".formatted(OutreachMessage.COLUMNS),
                        Tuple.from(Arrays.asList(
                                organization, status, channel == null ? null : channel.value(), after, limit + 1)))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(OutreachMessage::of)
                                .toList(),
                        limit,
                        message -> message.id().toString()));
    }

    /** One message. Fails with {@link ProblemType#UNKNOWN_MESSAGE}. */
    Uni<OutreachMessage> get(UUID organization, UUID message) {
        return database.query(
                        organization,
                        "select %s from outreach_messages where organization_id = $1 and message_id = $2"
                                .formatted(OutreachMessage.COLUMNS),
                        Tuple.of(organization, message))
                .map(rows -> {
                    for (var row : rows) {
                        return OutreachMessage.of(row);
                    }
                    throw unknown(message);
                });
    }

    private static ProblemException unknown(UUID message) {
        return ProblemType.UNKNOWN_MESSAGE.problem("No message %s in this organization", message);
    }

    private static final String REPLAY = """
            update outreach_messages
            set status = 'pending', reason = null, closed_at = null, failing_since = null, leased_until = null, due_at = $2
            where organization_id = $1 and status = 'dead' and""";

    /**
     * Has a message tried again that was given up, at once and for as long as a new one. Whether the customer may be written to
     * is asked again then; that later messages of the same thread may have been sent meanwhile, is not.
     *
     * @param idempotencyKey may be null
     * @return fails with {@link ProblemType#UNKNOWN_MESSAGE}, and with {@link ProblemType#CONFLICT} when it is not given up
     */
    Uni<OutreachMessage> replay(UUID organization, UUID message, String idempotencyKey) {
        return database.transaction(
                organization,
                connection -> idempotency.once(
                        connection,
                        organization,
                        idempotencyKey,
                        "POST replay message " + message,
                        OutreachMessage.class,
                        () -> replay(connection, organization, message)));
    }

    private Uni<OutreachMessage> replay(SqlConnection connection, UUID organization, UUID message) {
        return connection
                .preparedQuery(REPLAY + " message_id = $3 returning " + OutreachMessage.COLUMNS)
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, now(), message))
                .chain(rows -> {
                    for (var row : rows) {
                        return Uni.createFrom().item(OutreachMessage.of(row.getDelegate()));
                    }
                    return notDead(connection, organization, message);
                });
    }

    private static Uni<OutreachMessage> notDead(SqlConnection connection, UUID organization, UUID message) {
        return connection
                .preparedQuery("select status from outreach_messages where organization_id = $1 and message_id = $2")
                .execute(io.vertx.mutiny.sqlclient.Tuple.of(organization, message))
                .map(rows -> {
                    for (var row : rows) {
                        throw ProblemType.CONFLICT.problem(
                                "Message %s is %s; only dead ones can be replayed", message, row.getString("status"));
                    }
                    throw unknown(message);
                });
    }

    /** How many messages are tried again. */
    public record Replayed(int messages) {}

    /**
     * The same for all that were given up.
     *
     * @param channel null for all
     */
    Uni<Replayed> replayAll(UUID organization, Medium channel, String idempotencyKey) {
        var name = channel == null ? null : channel.value();
        return database.transaction(
                organization,
                connection -> idempotency.once(
                        connection,
                        organization,
                        idempotencyKey,
                        "POST replay messages " + name,
                        Replayed.class,
                        () -> connection
                                .preparedQuery(REPLAY + " ($3::text is null or channel = $3)")
                                .execute(io.vertx.mutiny.sqlclient.Tuple.from(Arrays.asList(organization, now(), name)))
                                .map(rows -> new Replayed(rows.rowCount()))));
    }

    /**
     * What waits for a channel.
     *
     * @param due of those that are pending
     * @param oldestDueAt since when the one has waited that has waited longest; null when nothing is due
     */
    record Backlog(long pending, long due, Instant oldestDueAt, long dead) {

        static final Backlog NONE = new Backlog(0, 0, null, 0);
    }

    /** What waits for the channels by which anything does. */
    Uni<Map<Medium, Backlog>> backlogs(UUID organization) {
        return database.query(organization, """
                        select channel, count(*) filter (where status = 'pending') as pending,
                            count(*) filter (where status = 'pending' and due_at <= $2) as due,
                            min(due_at) filter (where status = 'pending' and due_at <= $2) as oldest_due_at,
                            count(*) filter (where status = 'dead') as dead
                        from outreach_messages
                        where organization_id = $1 and status in ('pending', 'dead')
                        group by channel""", Tuple.of(organization, now()))
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .collect(
                                Collectors.toMap(row -> Medium.of(row.getString("channel")), MessageHistory::backlog)));
    }

    private static Backlog backlog(Row row) {
        var oldest = row.getOffsetDateTime("oldest_due_at");
        return new Backlog(
                row.getLong("pending"),
                row.getLong("due"),
                oldest == null ? null : oldest.toInstant(),
                row.getLong("dead"));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
