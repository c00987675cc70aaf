package io.perennial.intake.billing;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.platform.InputError;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.CustomerId;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/**
 * Takes webhooks in, each once: the event is recorded with one statement, and what follows from it comes after the answer. A
 * second delivery of the same event finds the first.
 */
@ApplicationScoped
class Inbox {

    /**
     * Planning the statements takes longer than running them, so plans are kept, but only those that are made with statistics:
     * one that was made while there were no events reads all that have come since.
     */
    static final String KEPT_PLANS = """
            select set_config('plan_cache_mode',
                case when reltuples > 1000 then 'force_generic_plan' else 'force_custom_plan' end, true)
            from pg_class
            where oid = 'webhook_events'::regclass;
            """;

    /** Whoever tries an event again is not to wait for long. */
    private static final String SHORT_WORK = "set local statement_timeout = '10s'; " + KEPT_PLANS;

    private final TenantDatabase database;
    private final Settlement settlement;
    private final AcceptedEvents accepted;
    private final Idempotency idempotency;
    private final Clock clock;
    private final MeterRegistry meters;

    Inbox(
            TenantDatabase database,
            Settlement settlement,
            AcceptedEvents accepted,
            Idempotency idempotency,
            Clock clock,
            MeterRegistry meters) {
        this.database = database;
        this.settlement = settlement;
        this.accepted = accepted;
        this.idempotency = idempotency;
        this.clock = clock;
        this.meters = meters;
    }

    /** The id of an event in any table and on any replica. */
    static UUID idOf(UUID organization, Source source, String eventId) {
        return CustomerId.derive(organization, source.value() + ' ' + eventId);
    }

    /**
     * Takes an event in.
     *
     * @return the event, accepted, or what has become of an earlier delivery; fails with {@link ProblemType#WEBHOOK_REFUSED} when
     *     it does not make sense, which is remembered too
     */
    Uni<WebhookEvent> receive(UUID organization, Source source, Reading reading) {
        var id = idOf(organization, source, reading.eventId());
        return database.query(organization, RECORD, values(organization, id, source, reading))
                .chain(rows -> rows.size() == 0
                        ? database.query(organization, FIND, io.vertx.sqlclient.Tuple.of(organization, id))
                        : Uni.createFrom().item(rows))
                .map(rows -> WebhookEvent.of(rows.iterator().next()))
                .invoke(event -> count(source, event))
                .invoke(event -> {
                    if (event.status() == WebhookEvent.Status.ACCEPTED) {
                        accepted.came(organization);
                    }
                })
                .invoke(event -> failIfRefused(event, reading));
    }

    private void count(Source source, WebhookEvent event) {
        meters.counter(
                        "perennial.billing.events",
                        "source",
                        source.value(),
                        "outcome",
                        event.status().value())
                .increment();
    }

    private static void failIfRefused(WebhookEvent event, Reading reading) {
        if (event.status() == WebhookEvent.Status.REFUSED) {
            var errors = reading instanceof Reading.Refused refused
                    ? List.of(new InputError(
                            null, refused.why().field(), refused.why().getMessage()))
                    : List.<InputError>of();
            throw new ProblemException(
                    ProblemType.WEBHOOK_REFUSED, "Event %s: %s".formatted(event.eventId(), event.reason()), errors);
        }
    }

    /**
     * What was refused or failed may come again, because it may be understood by now; anything else counts once. Nothing when another
     * delivery of the same event is recorded in the same moment.
     */
    private static final String RECORD = """
            with resolved as (
                select customer_of_event($1, $3, $11, $12) as customer_id
            ), recorded as (
                insert into webhook_events as known (organization_id, id, source, event_id, event_type, status, reason,
                    received_at, fact, event, occurred_at, precedence, customer, customer_id, subject, statement, body)
                select $1, $2, $3, $4, $5,
                    case when $8::text is null then $6 when customer_id is null then 'parked' else 'accepted' end,
                    case when $8::text is null then $7 when customer_id is null then 'There is no customer ' || $11 end,
                    $16, $8, $9::jsonb, $10, $13, $11, coalesce(customer_id, $12), $14, $15, $17
                from resolved
                on conflict (organization_id, id) do update
                set event_type = excluded.event_type, status = excluded.status, reason = excluded.reason,
                    fact = excluded.fact, event = excluded.event, occurred_at = excluded.occurred_at,
                    precedence = excluded.precedence, customer = excluded.customer, customer_id = excluded.customer_id,
                    subject = excluded.subject, statement = excluded.statement, body = excluded.body
                where known.status in ('refused', 'failed')
                returning :columns
            )
            select :columns
            from recorded
            union all
            select :columns
            from webhook_events
            where organization_id = $1 and id = $2 and not exists (select from recorded)""".replace(":columns", WebhookEvent.COLUMNS);

    private io.vertx.sqlclient.Tuple values(UUID organization, UUID id, Source source, Reading reading) {
        var event = reading instanceof Reading.Told told ? told.event() : null;
        var refused = reading instanceof Reading.Refused why ? why : null;
        return io.vertx.sqlclient.Tuple.from(Arrays.asList(
                organization,
                id,
                source.value(),
                reading.eventId(),
                reading.eventType(),
                refused == null ? "ignored" : "refused",
                refused == null
                        ? "Events of this type are not of interest"
                        : refused.why().field() + " " + refused.why().getMessage(),
                event == null ? null : event.type().value(),
                event == null ? null : event.said(),
                event == null ? null : event.occurredAt(),
                event == null ? null : event.customer(),
                event == null ? null : CustomerId.of(organization, event.customer()),
                event == null ? null : event.precedence(),
                event == null ? null : event.subject(),
                event == null ? null : event.statement(),
                clock.instant().atOffset(ZoneOffset.UTC),
                refused == null ? null : refused.body()));
    }

    private static final String FIND =
            "select %s from webhook_events where organization_id = $1 and id = $2".formatted(WebhookEvent.COLUMNS);

    private static Uni<WebhookEvent> record(SqlConnection connection, io.vertx.sqlclient.Tuple values) {
        return connection
                .preparedQuery(RECORD)
                .execute(Tuple.newInstance(values))
                .map(rows -> WebhookEvent.of(rows.iterator().next().getDelegate()));
    }

    private static Uni<WebhookEvent> find(SqlConnection connection, UUID organization, UUID id) {
        return connection
                .preparedQuery(FIND)
                .execute(Tuple.of(organization, id))
                .map(rows -> {
                    for (var row : rows) {
                        return WebhookEvent.of(row.getDelegate());
                    }
                    throw ProblemType.UNKNOWN_WEBHOOK_EVENT.problem("No webhook event %s in this organization", id);
                });
    }

    /** What was told, the latest first. The status is written out, so that the few that are parked are found by their index. */
    Uni<Page<WebhookEvent>> list(UUID organization, WebhookEvent.Status status, Source source, UUID after, int limit) {
        var ofStatus = status == null ? "" : "and status = '%s'".formatted(status.value());
        return database.query(
                        organization,
                        """
                        select %s
                        from webhook_events
                        where organization_id = $1 %s
                            and ($2::text is null or source = $2)
                            and ($3::uuid is null or (received_at, id) < (
                                select received_at, id from webhook_events where organization_id = $1 and id = $3))
                        order by received_at desc, id desc
                        limit $4""".formatted(WebhookEvent.COLUMNS, ofStatus),
                        io.vertx.sqlclient.Tuple.from(
                                Arrays.asList(organization, source == null ? null : source.value(), after, limit + 1)))
                .map(rows -> Page.of(
                        StreamSupport.stream(rows.spliterator(), false)
                                .map(WebhookEvent::of)
                                .toList(),
                        limit,
                        event -> event.id().toString()));
    }

    /**
     * Tries an event again that was parked, failed or refused, and settles it at once.
     *
     * @param idempotencyKey may be null
     * @return what became of it; fails with {@link ProblemType#UNKNOWN_WEBHOOK_EVENT}, and with {@link ProblemType#CONFLICT}
     *     when there is nothing to try
     */
    Uni<WebhookEvent> replay(UUID organization, UUID id, String idempotencyKey) {
        return database.transaction(
                organization,
                connection -> connection
                        .query(SHORT_WORK + TenantDatabase.shareWithoutErasure(organization))
                        .execute()
                        .chain(() -> idempotency.once(
                                connection,
                                organization,
                                idempotencyKey,
                                "POST replay " + id,
                                WebhookEvent.class,
                                () -> replay(connection, organization, id))));
    }

    private Uni<WebhookEvent> replay(SqlConnection connection, UUID organization, UUID id) {
        return connection.preparedQuery("""
                        select source, event_id, status, body
                        from webhook_events
                        where organization_id = $1 and id = $2
                        for update""").execute(Tuple.of(organization, id)).chain(rows -> {
            for (var row : rows) {
                return switch (row.getString("status")) {
                    case "parked", "failed" -> settle(connection, organization, id);
                    case "refused" -> {
                        var source = Source.of(row.getString("source"));
                        var body = row.getString("body").getBytes(StandardCharsets.UTF_8);
                        yield record(
                                        connection,
                                        values(
                                                organization,
                                                id,
                                                source,
                                                WebhookBody.read(source, body, clock.instant())))
                                .chain(event -> event.status() == WebhookEvent.Status.ACCEPTED
                                        ? settle(connection, organization, id)
                                        : Uni.createFrom().item(event));
                    }
                    default ->
                        throw ProblemType.CONFLICT.problem(
                                "Event %s is %s; only parked, failed and refused ones can be tried again",
                                row.getString("event_id"), row.getString("status"));
                };
            }
            throw ProblemType.UNKNOWN_WEBHOOK_EVENT.problem("No webhook event %s in this organization", id);
        });
    }

    private Uni<WebhookEvent> settle(SqlConnection connection, UUID organization, UUID id) {
        return connection
                .preparedQuery("""
                        update webhook_events e
                        set status = 'received', reason = null, customer_id = found.customer_id
                        from (
                            select customer_of_event(organization_id, source, customer, customer_id) as customer_id
                            from webhook_events
                            where organization_id = $1 and id = $2) found
                        where e.organization_id = $1 and e.id = $2 and found.customer_id is not null""")
                .execute(Tuple.of(organization, id))
                .chain(rows -> rows.rowCount() == 0
                        ? Uni.createFrom().voidItem()
                        : settlement.one(connection, organization, id))
                .chain(() -> find(connection, organization, id));
    }
}
