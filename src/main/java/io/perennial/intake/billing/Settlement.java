package io.perennial.intake.billing;

import io.quarkus.arc.All;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;

import io.perennial.intake.billing.BillingType.Subject;

/**
 * Settles the events that a transaction has brought in: says which of them are new, brings subscriptions and payments up to
 * date, and tells whoever listens. One event or a million, it is the same statements.
 *
 * <p>What is known of a subscription or a payment is folded from all events about it in the order in which they occurred, each
 * field from the last event that says it. So the same events come to the same state in whichever order they are delivered.
 * Whoever settles events of a customer locks the row of the customer, so that nobody folds without the events of the other.
 */
@ApplicationScoped
class Settlement {

    /** Events that are settled with one set of statements. */
    static final int PORTION = 5_000;

    private final Clock clock;
    private final List<BillingListener> listeners;

    Settlement(Clock clock, @All List<BillingListener> listeners) {
        this.clock = clock;
        this.listeners = listeners;
    }

    /** An event and what became of it. */
    record Settled(
            UUID id,
            UUID customer,
            String subject,
            String status,
            String reason,
            Source source,
            String eventId,
            BillingType type,
            Instant occurredAt,
            JsonObject said,
            String currency,
            String previousPlan,
            Integer previousTier) {

        static Settled of(Row row) {
            return new Settled(
                    row.getUUID("id"),
                    row.getUUID("customer_id"),
                    row.getString("subject"),
                    row.getString("status"),
                    row.getString("reason"),
                    Source.of(row.getString("source")),
                    row.getString("event_id"),
                    BillingType.of(row.getString("fact")),
                    row.getOffsetDateTime("occurred_at").toInstant(),
                    row.getJsonObject("event"),
                    row.getString("currency"),
                    row.getString("previous_plan"),
                    row.getInteger("previous_tier"));
        }

        boolean isNew() {
            return status.equals("applied");
        }

        boolean isOf(Subject kind) {
            return !status.equals("parked") && kind.isOf(subject);
        }

        boolean isCancellation() {
            return !status.equals("parked") && type == BillingType.SUBSCRIPTION_CANCELLED;
        }

        /** Whether it says what the plan is from then on. */
        boolean saysPlan() {
            return isOf(Subject.SUBSCRIPTION) && (said.containsKey("plan") || said.containsKey("tier"));
        }

        /** Whether it matters what the plan was before it. */
        boolean mayChangePlan() {
            return type == BillingType.SUBSCRIPTION_UPDATED || type == BillingType.PLAN_DOWNGRADED;
        }

        Settled after(Settled before) {
            return new Settled(
                    id,
                    customer,
                    subject,
                    status,
                    reason,
                    source,
                    eventId,
                    type,
                    occurredAt,
                    said,
                    currency,
                    before.said.getString("plan"),
                    before.said.getInteger("tier"));
        }

        /** The first day of the month in which the customer cancelled. */
        String month() {
            var cancelledAt = instant(said, "cancelled_at");
            var instant = cancelledAt.isBefore(occurredAt) ? cancelledAt : occurredAt;
            return YearMonth.from(instant.atOffset(ZoneOffset.UTC)).atDay(1).toString();
        }
    }

    /** Settles every event that is received in this transaction, those that occurred first before the others. */
    Uni<Void> all(SqlConnection connection, UUID organization) {
        return Uni.createFrom()
                .deferred(() -> portion(connection, organization))
                .repeat()
                .whilst(settled -> settled.size() == PORTION)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<List<Settled>> portion(SqlConnection connection, UUID organization) {
        return connection
                .preparedQuery(LOCK_PORTION)
                .execute(Tuple.of(organization, PORTION))
                .chain(() -> judge(connection, JUDGE_PORTION, Tuple.of(organization, PORTION, now())))
                .chain(settled -> follow(connection, organization, settled));
    }

    /** Settles one event that is received in this transaction. */
    Uni<Void> one(SqlConnection connection, UUID organization, UUID id) {
        return connection
                .preparedQuery(LOCK_ONE)
                .execute(Tuple.of(organization, id))
                .chain(() -> judge(connection, JUDGE_ONE, Tuple.of(organization, 1, now(), id)))
                .chain(settled -> follow(connection, organization, settled))
                .replaceWithVoid();
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }

    private Uni<List<Settled>> follow(SqlConnection connection, UUID organization, List<Settled> events) {
        return Uni.createFrom()
                .item(events)
                .call(settled -> fold(connection, organization, settled, Subject.SUBSCRIPTION, SUBSCRIPTIONS))
                .call(settled -> fold(connection, organization, settled, Subject.PAYMENT_METHOD, PAYMENT_METHODS))
                .call(settled -> noteCancellations(connection, organization, settled))
                .call(settled -> fold(connection, organization, settled, Subject.PAYMENT, PAYMENTS)
                        .chain(failures -> tell(connection, facts(organization, settled, failures))));
    }

    private static final String LOCK_PORTION = """
            select c.customer_id
            from customers c
            where c.organization_id = $1 and c.customer_id in (
                select e.customer_id
                from webhook_events e
                where e.organization_id = $1 and e.status = 'received'
                order by e.occurred_at, e.precedence, e.id
                limit $2)
            order by c.customer_id
            for no key update of c""";

    private static final String LOCK_ONE = """
            select c.customer_id
            from customers c
            where c.organization_id = $1
                and c.customer_id = (select e.customer_id from webhook_events e where e.organization_id = $1 and e.id = $2)
            for no key update of c""";

    /**
     * An event is stale when another that occurred later, or says the same, was there before it. What is joined is joined
     * sideways and by its whole key, which is right for one event and for many, whatever the planner takes the tables to hold.
     * What is settled is found again by its place, which nobody else changes: it was received in this transaction.
     */
    private static final String JUDGE = """
            with portion as materialized (
                select p.place, p.id, p.customer_id, p.subject, p.statement, p.occurred_at, p.precedence,
                    row_number() over (
                        partition by p.customer_id, p.subject, coalesce(p.statement, p.id::text)
                        order by p.occurred_at, p.precedence, p.id) as repetition
                from (
                    select e.ctid as place, e.id, e.customer_id, e.subject, e.statement, e.occurred_at, e.precedence
                    from webhook_events e
                    where e.organization_id = $1 and :which
                    order by e.occurred_at, e.precedence, e.id
                    limit $2) p
            ), judged as materialized (
                select p.place, p.repetition, known.customer_id is not null as is_known, later.outdone_by
                from portion p
                left join lateral (
                    select c.customer_id
                    from customers c
                    where c.organization_id = $1 and c.customer_id = p.customer_id
                    limit 1) known on true
                left join lateral (
                    select format('Event %s of %s %s', e.event_id,
                        to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        case when e.statement = p.statement then 'says the same' else 'is later' end) as outdone_by
                    from webhook_events e
                    where e.organization_id = $1 and e.customer_id = p.customer_id and e.subject = p.subject
                        and e.status in ('applied', 'stale')
                        and (e.statement = p.statement
                            or (e.occurred_at, e.precedence, e.id) > (p.occurred_at, p.precedence, p.id))
                    order by e.occurred_at desc, e.precedence desc, e.id desc
                    limit 1) later on true
            ), settled as (
                update webhook_events e
                set status = case when not j.is_known then 'parked'
                        when j.outdone_by is null and j.repetition = 1 then 'applied' else 'stale' end,
                    reason = case when not j.is_known then 'There is no customer ' || e.customer
                        when j.outdone_by is not null then j.outdone_by
                        when j.repetition > 1 then 'Another event says the same' end,
                    settled_at = case when j.is_known then $3::timestamptz end
                from judged j
                where e.organization_id = $1 and e.ctid = j.place
                returning e.id, e.customer_id, e.subject, e.status, e.reason, e.source, e.event_id, e.fact, e.occurred_at,
                    e.precedence, e.event
            )
            select settled.id, settled.customer_id, settled.subject, settled.status, settled.reason, settled.source,
                settled.event_id, settled.fact, settled.occurred_at, settled.event,
                case when settled.event ? 'amount' then coalesce(
                    settled.event->>'currency', (select currency from organizations where id = $1)) end as currency,
                s.plan as previous_plan, s.tier as previous_tier
            from settled
            left join lateral (
                select s.plan, s.tier
                from subscriptions s
                where s.organization_id = $1 and s.customer_id = settled.customer_id
                    and s.subscription_id = settled.event->>'subscription_id'
                    and settled.fact in ('subscription.updated', 'plan.downgraded')
                limit 1) s on true
            order by settled.occurred_at, settled.precedence, settled.id""";

    private static final String JUDGE_PORTION = JUDGE.replace(":which", "e.status = 'received'");

    private static final String JUDGE_ONE = JUDGE.replace(":which", "e.id = $4");

    private Uni<List<Settled>> judge(SqlConnection connection, String sql, Tuple parameters) {
        return connection
                .preparedQuery(sql)
                .execute(parameters)
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(Settled::of)
                        .toList())
                .map(Settlement::afterOneAnother);
    }

    /** A subscription of a customer. */
    private record SubscriptionKey(UUID customer, String subject) {}

    /** What is stored is the plan of before all of them; of each but the first, it is the one that the event before it says. */
    private static List<Settled> afterOneAnother(List<Settled> events) {
        var plans = new HashMap<SubscriptionKey, Settled>();
        return events.stream()
                .map(event -> {
                    var key = new SubscriptionKey(event.customer(), event.subject());
                    var before = plans.get(key);
                    if (event.isNew() && event.saysPlan()) {
                        plans.put(key, event);
                    }
                    return before != null && event.mayChangePlan() ? event.after(before) : event;
                })
                .toList();
    }

    /** The facts about the subjects {@code $2}, and in which order the last word is looked for. */
    private static final String FACTS = """
            with touched as (
                select t.customer_id, t.subject from jsonb_to_recordset($2::jsonb) as t(customer_id uuid, subject text)
            ), facts as (
                select f.*
                from touched t
                cross join lateral (
                    select e.customer_id, e.fact, e.event, e.event_id, e.occurred_at, e.precedence, e.id
                    from webhook_events e
                    where e.organization_id = $1 and e.customer_id = t.customer_id and e.subject = t.subject
                        and e.status in ('applied', 'stale')
                    offset 0) f
            )""";

    private static final String LATEST = "order by occurred_at desc, precedence desc, id desc";

    private static final String SUBSCRIPTIONS = FACTS + """
            , folded as (
                select customer_id, event->>'subscription_id' as subscription_id,
                    (array_agg(event->>'status' :latest) filter (where event ? 'status'))[1] as status,
                    (array_agg(event :latest) filter (where event ? 'plan' or event ? 'tier'))[1] as plan_said,
                    (array_agg(event :latest) filter (where event ? 'amount'))[1] as price_said,
                    (array_agg(event :latest) filter (where event ? 'will_renew'))[1] as renewal_said,
                    (array_agg(event->>'started_at' :latest) filter (where event ? 'started_at'))[1] as started_at,
                    (array_agg(event->>'current_period_end' :latest) filter (where event ? 'current_period_end'))[1]
                        as current_period_end,
                    min(occurred_at) as first_event_at,
                    max(occurred_at) as last_event_at
                from facts
                group by customer_id, event->>'subscription_id'
            ), stored as (
                insert into subscriptions as known (organization_id, customer_id, subscription_id, status, plan, tier, amount,
                    currency, billing_interval, interval_count, started_at, current_period_end, will_renew, cancelled_at, ends_at,
                    cancellation_reason, last_event_at)
                select $1, customer_id, subscription_id, coalesce(status, 'active'), plan_said->>'plan',
                    (plan_said->>'tier')::integer, (price_said->>'amount')::numeric,
                    case when price_said is not null then coalesce(
                        price_said->>'currency', (select currency from organizations where id = $1)) end,
                    price_said->>'billing_interval', (price_said->>'interval_count')::integer,
                    coalesce(started_at::timestamptz, first_event_at), current_period_end::timestamptz,
                    coalesce((renewal_said->>'will_renew')::boolean, true), (renewal_said->>'cancelled_at')::timestamptz,
                    (renewal_said->>'ends_at')::timestamptz, renewal_said->>'reason', last_event_at
                from folded
                on conflict (organization_id, customer_id, subscription_id) do update
                set status = excluded.status, plan = excluded.plan, tier = excluded.tier, amount = excluded.amount,
                    currency = excluded.currency, billing_interval = excluded.billing_interval,
                    interval_count = excluded.interval_count, started_at = excluded.started_at,
                    current_period_end = excluded.current_period_end, will_renew = excluded.will_renew,
                    cancelled_at = excluded.cancelled_at, ends_at = excluded.ends_at,
                    cancellation_reason = excluded.cancellation_reason, last_event_at = excluded.last_event_at
            )
            select null::uuid as customer_id, null as payment_id, null::uuid as failure_id, null::integer as attempt_count
            where false""".replace(":latest", LATEST);

    private static final String PAYMENT_METHODS = FACTS + """
            , stored as (
                insert into payment_methods as known (
                    organization_id, customer_id, payment_method_id, expires_at, noted_at)
                select distinct on (customer_id, event->>'payment_method_id') $1::uuid, customer_id,
                    event->>'payment_method_id', (event->>'expires_at')::timestamptz, occurred_at
                from facts
                order by customer_id, event->>'payment_method_id', occurred_at desc, precedence desc, id desc
                on conflict (organization_id, customer_id, payment_method_id) do update
                set expires_at = excluded.expires_at, noted_at = excluded.noted_at
            )
            select null::uuid as customer_id, null as payment_id, null::uuid as failure_id, null::integer as attempt_count
            where false""";

    /**
     * A payment is a transaction where it succeeds and another at each attempt that fails, for that is what features look at.
     * Each has an id that follows from the payment's, so an organization that uploads its payments by the same ids has them
     * once. Amounts of another currency than the organization's, and of nothing, are no transactions.
     */
    private static final String PAYMENTS = FACTS + """
            , settings as (
                select o.currency, coalesce(s.payments_are_transactions, true) as are_transactions
                from organizations o
                left join billing_settings s on s.organization_id = o.id
                where o.id = $1
            ), told as (
                select f.customer_id, f.fact, f.event, f.event_id, f.occurred_at, f.precedence, f.id,
                    f.event->>'payment_id' as payment_id,
                    (f.event->>'amount')::numeric as amount,
                    coalesce(f.event->>'currency', s.currency) as currency,
                    s.are_transactions and coalesce(f.event->>'currency', s.currency) = s.currency as is_transaction
                from facts f
                cross join settings s
            ), folded as (
                select customer_id, payment_id,
                    (array_agg(fact :latest))[1] = 'payment.succeeded' as is_paid,
                    (array_agg(event->>'subscription_id' :latest) filter (where event ? 'subscription_id'))[1] as subscription_id,
                    (array_agg(amount :latest) filter (where fact = 'payment.failed'))[1] as amount_due,
                    (array_agg(currency :latest) filter (where fact = 'payment.failed'))[1] as currency_due,
                    (array_agg(event->>'reason' :latest) filter (where event ? 'reason'))[1] as reason,
                    (array_agg(event->>'next_attempt_at' :latest) filter (where fact = 'payment.failed'))[1] as next_attempt_at,
                    coalesce(max((event->>'attempt_count')::integer), count(*) filter (where fact = 'payment.failed'))
                        as attempt_count,
                    min(occurred_at) filter (where fact = 'payment.failed') as first_failed_at,
                    max(occurred_at) filter (where fact = 'payment.failed') as last_failed_at,
                    (array_agg(amount :latest) filter (where fact = 'payment.succeeded'))[1] as amount_paid,
                    (array_agg(currency :latest) filter (where fact = 'payment.succeeded'))[1] as currency_paid,
                    max(occurred_at) filter (where fact = 'payment.succeeded') as paid_at,
                    max(occurred_at) as last_event_at
                from told
                group by customer_id, payment_id
            ), failures as (
                insert into payment_failures as known (organization_id, customer_id, payment_id, failure_id, subscription_id,
                    amount, currency, attempt_count, reason, first_failed_at, last_failed_at, next_attempt_at, status,
                    recovered_at, last_event_at)
                select $1, customer_id, payment_id, derived_id(customer_id, 'payment failure ' || payment_id), subscription_id,
                    amount_due, currency_due, attempt_count, reason, first_failed_at, last_failed_at,
                    case when not is_paid then next_attempt_at::timestamptz end,
                    case when is_paid then 'recovered' else 'open' end, case when is_paid then paid_at end, last_event_at
                from folded
                where first_failed_at is not null
                on conflict (organization_id, customer_id, payment_id) do update
                set subscription_id = excluded.subscription_id, amount = excluded.amount, currency = excluded.currency,
                    attempt_count = excluded.attempt_count, reason = excluded.reason,
                    first_failed_at = excluded.first_failed_at, last_failed_at = excluded.last_failed_at,
                    next_attempt_at = excluded.next_attempt_at, status = excluded.status,
                    recovered_at = excluded.recovered_at, last_event_at = excluded.last_event_at
                returning customer_id, payment_id, failure_id, attempt_count
            ), paid as (
                insert into payments as known (organization_id, customer_id, payment_id, subscription_id, amount, currency, paid_at)
                select $1, customer_id, payment_id, subscription_id, amount_paid, currency_paid, paid_at
                from folded
                where paid_at is not null
                on conflict (organization_id, customer_id, payment_id) do update
                set subscription_id = excluded.subscription_id, amount = excluded.amount, currency = excluded.currency,
                    paid_at = excluded.paid_at
            ), outcomes as (
                select distinct on (customer_id, transaction_id) customer_id, transaction_id, occurred_at, amount, status
                from (
                    select customer_id, occurred_at, amount, precedence, id,
                        case fact when 'payment.failed' then 'failed' else 'completed' end::transaction_status as status,
                        case fact when 'payment.failed' then payment_id || '#' || coalesce(event->>'attempt_count', event_id)
                            else payment_id end as transaction_id
                    from told
                    where is_transaction and amount > 0) each
                order by customer_id, transaction_id, occurred_at desc, precedence desc, id desc
            ), as_transactions as (
                insert into transactions as known (
                    organization_id, customer_id, transaction_key, transaction_id, occurred_at, amount, status)
                select $1, customer_id, derived_id(customer_id, transaction_id), transaction_id, occurred_at, amount, status
                from outcomes
                on conflict (organization_id, customer_id, transaction_key) do update
                set occurred_at = excluded.occurred_at, amount = excluded.amount, status = excluded.status
                where known.status not in ('refunded', 'cancelled')
                    and (known.occurred_at, known.amount, known.status)
                        is distinct from (excluded.occurred_at, excluded.amount, excluded.status)
            )
            select customer_id, payment_id, failure_id, attempt_count
            from failures""".replace(":latest", LATEST);

    /** Most months are there; making one keeps others waiting who make one. */
    private static final String PARTITIONS = """
            select ensure_event_partition(m.month)
            from jsonb_to_recordset($1::jsonb) as m(month date)
            where to_regclass('events_' || to_char(m.month, 'YYYY_MM')) is null""";

    /**
     * A cancellation is an event, for that is what churn is learned from. A subscription that is cancelled now and ends later
     * says so twice, of the same instant, and is one event.
     */
    private static final String CANCELLATIONS = """
            with told as (
                select distinct e.customer_id, e.event->>'subscription_id' as subscription_id,
                    least((e.event->>'cancelled_at')::timestamptz, e.occurred_at) as cancelled_at
                from jsonb_to_recordset($2::jsonb) as t(id uuid)
                cross join lateral (
                    select customer_id, event, occurred_at
                    from webhook_events
                    where organization_id = $1 and id = t.id
                    offset 0) e
                where coalesce(
                    (select s.cancellations_are_events from billing_settings s where s.organization_id = $1), true)
            ), noted as (
                insert into events (organization_id, customer_id, occurred_at, event_key, event_type, event_id)
                select $1, customer_id, cancelled_at, derived_id(customer_id, 'cancellation ' || subscription_id),
                    'subscription_cancelled', subscription_id
                from told
                on conflict do nothing
                returning customer_id, occurred_at
            )
            update customers c
            set first_event_at = n.first_at
            from (select customer_id, min(occurred_at) as first_at from noted group by customer_id) n
            where c.organization_id = $1 and c.customer_id = n.customer_id
                and (c.first_event_at is null or c.first_event_at > n.first_at)""";

    private static Uni<Void> noteCancellations(SqlConnection connection, UUID organization, List<Settled> settled) {
        var cancellations = settled.stream().filter(Settled::isCancellation).toList();
        if (cancellations.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        var months = cancellations.stream()
                .map(event -> new JsonObject().put("month", event.month()))
                .distinct()
                .toList();
        var ids = cancellations.stream()
                .map(event -> new JsonObject().put("id", event.id().toString()))
                .toList();
        return connection
                .preparedQuery(PARTITIONS)
                .execute(Tuple.of(new JsonArray(months)))
                .chain(() ->
                        connection.preparedQuery(CANCELLATIONS).execute(Tuple.of(organization, new JsonArray(ids))))
                .replaceWithVoid();
    }

    /** A payment of a customer. */
    private record PaymentKey(UUID customer, String payment) {}

    /** What is known of a payment that has failed. */
    private record Failure(UUID id, int attemptCount) {}

    private static Uni<Map<PaymentKey, Failure>> fold(
            SqlConnection connection, UUID organization, List<Settled> settled, Subject kind, String sql) {
        var touched = new JsonArray(settled.stream()
                .filter(event -> event.isOf(kind))
                .map(event -> new JsonObject()
                        .put("customer_id", event.customer().toString())
                        .put("subject", event.subject()))
                .distinct()
                .toList());
        if (touched.isEmpty()) {
            return Uni.createFrom().item(Map.of());
        }
        return connection
                .preparedQuery(sql)
                .execute(Tuple.of(organization, touched))
                .map(rows -> {
                    var failures = new HashMap<PaymentKey, Failure>();
                    for (var row : rows) {
                        failures.put(
                                new PaymentKey(row.getUUID("customer_id"), row.getString("payment_id")),
                                new Failure(row.getUUID("failure_id"), row.getInteger("attempt_count")));
                    }
                    return failures;
                });
    }

    private Uni<Void> tell(SqlConnection connection, List<BillingFact> facts) {
        var told = Uni.createFrom().voidItem();
        if (!facts.isEmpty()) {
            for (var listener : listeners) {
                told = told.chain(() -> listener.happened(connection, facts));
            }
        }
        return told;
    }

    private static List<BillingFact> facts(
            UUID organization, List<Settled> settled, Map<PaymentKey, Failure> failures) {
        return settled.stream()
                .filter(Settled::isNew)
                .map(event -> fact(organization, event, failures))
                .toList();
    }

    private static BillingFact fact(UUID organization, Settled event, Map<PaymentKey, Failure> failures) {
        var said = event.said();
        var payment = said.getString("payment_id");
        var failure = failures.get(new PaymentKey(event.customer(), payment));
        var attempts = said.getInteger("attempt_count");
        return new BillingFact(
                organization,
                event.customer(),
                typeOf(event),
                event.source(),
                event.eventId(),
                event.occurredAt(),
                failure == null ? null : failure.id(),
                payment,
                said.getString("subscription_id"),
                said.getString("payment_method_id"),
                said.containsKey("amount") ? new BigDecimal(said.getString("amount")) : null,
                event.currency(),
                attempts == null && failure != null ? Integer.valueOf(failure.attemptCount()) : attempts,
                said.getString("reason"),
                said.getString("plan"),
                said.getInteger("tier"),
                said.getString("previous_plan", event.previousPlan()),
                said.getInteger("previous_tier", event.previousTier()),
                said.getBoolean("will_renew"),
                instant(said, "ends_at"));
    }

    /** Where plans have tiers, an update to a lower one is a downgrade, whether it says so or not. */
    private static BillingType typeOf(Settled event) {
        var tier = event.said().getInteger("tier");
        return event.type() == BillingType.SUBSCRIPTION_UPDATED
                        && tier != null
                        && event.previousTier() != null
                        && tier < event.previousTier()
                ? BillingType.PLAN_DOWNGRADED
                : event.type();
    }

    private static Instant instant(JsonObject said, String field) {
        var text = said.getString(field);
        return text == null ? null : OffsetDateTime.parse(text).toInstant();
    }
}
