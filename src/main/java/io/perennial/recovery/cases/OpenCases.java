package io.perennial.recovery.cases;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.perennial.models.ChurnRiskLevel;

/**
 * Begins cases, and finds those that are open. Of one customer or of thousands, it is one statement each. A new case is pending
 * until it is assessed, which is not done here: a billing system that tells of thousands of failures does not wait for it.
 */
@ApplicationScoped
class OpenCases {

    /**
     * A number, 0 to 1, that follows from a case id, evenly spread. Which cases are in the hold-out is drawn by it, so that it can
     * be checked afterwards and has nothing to do with the customer.
     */
    static final String DRAW = """
            ('x' || substr(replace(derived_id(b.case_id, 'hold-out')::text, '-', ''), 1, 12))::bit(48)::bigint
                / 281474976710656.0""";

    /**
     * Begins a case for each row of {@code beginning}, unless the customer has one that is open.
     *
     * <p>{@code $1} is the organization, {@code $3} now.
     */
    private static final String BEGIN = """
            , begun as (
                insert into recovery_cases (organization_id, customer_id, case_id, status, risk_level, trigger_type, triggered_at,
                    amount, currency, reason, failure_id, payment_id, subscription_id, attempt_count, priority, strategy,
                    is_holdout, approval, assess_at, created_at, respond_by, updated_at, version)
                select $1::uuid, b.customer_id, b.case_id, 'pending', b.risk_level, b.trigger_type, b.triggered_at,
                    coalesce(b.amount, s.monthly_amount), coalesce(b.currency, s.currency, o.currency), b.reason,
                    b.failure_id, b.payment_id, b.subscription_id, b.attempt_count, b.priority, b.strategy,
                    is_holdout, 'none', $3::timestamptz, $3::timestamptz,
                    case when not is_holdout then $3::timestamptz + make_interval(hours => b.respond_within_hours) end, $3::timestamptz, 1
                from beginning b
                join organizations o on o.id = $1
                left join recovery_settings r on r.organization_id = $1 and r.topic = 'recovery'
                left join subscriptions s on s.organization_id = $1 and s.customer_id = b.customer_id
                    and s.subscription_id = b.subscription_id and b.amount is null and b.trigger_type <> 'downgrade'
                cross join lateral (
                    select %s < coalesce((r.settings->>'holdout_share')::numeric, 0) as is_holdout) drawn
                on conflict do nothing
                returning *
            ), noted as (
                insert into recovery_case_events (organization_id, customer_id, case_id, event_id, happened_at, kind, actor,
                    detail)
                select c.organization_id, c.customer_id, c.case_id, derived_id(c.case_id, 'created'), $3::timestamptz, 'created', $4::text,
                    jsonb_strip_nulls(jsonb_build_object('trigger_type', c.trigger_type, 'occurred_at',
                        to_json(c.triggered_at at time zone 'UTC') #>> '{}' || 'Z',
                        'amount', round(c.amount, greatest(2, min_scale(c.amount)))::text, 'currency', c.currency, 'payment_id', c.payment_id,
                        'subscription_id', c.subscription_id, 'attempt_count', c.attempt_count,
                        'is_holdout', c.is_holdout))
                from begun c
            )""".formatted(DRAW);

    /**
     * What the billing system tells begins a case only if it is still so: the payment has not been made since, nor another one of
     * the customer where any payment counts, and the subscription will still end. What was given up once does not begin again by
     * the same failure or the same cancellation. Of several, the first begins: the others happen to its case.
     */
    private static final String BEGIN_BY_TRIGGERS = """
            with told as (
                select *
                from jsonb_to_recordset($2::jsonb) as t(customer_id uuid, case_id uuid, trigger_type text, triggered_at timestamptz,
                    amount numeric, currency text, reason text, failure_id uuid, payment_id text, subscription_id text,
                    attempt_count integer, risk_level text, priority smallint, strategy jsonb, respond_within_hours integer,
                    is_told boolean, place integer)
            ), settings as (
                select coalesce(bool_and((settings->>'any_payment_recovers')::boolean), true) as any_payment_recovers
                from recovery_settings
                where organization_id = $1 and topic = 'recovery'
            ), beginning as (
                select distinct on (t.customer_id) t.*
                from told t
                cross join settings
                where not t.is_told or case t.trigger_type
                    when 'payment_failed' then
                        exists (
                            select from payment_failures f
                            where f.organization_id = $1 and f.customer_id = t.customer_id and f.payment_id = t.payment_id
                                and f.status = 'open')
                        and not exists (
                            select from payments p
                            where any_payment_recovers and p.organization_id = $1 and p.customer_id = t.customer_id
                                and p.paid_at > t.triggered_at and p.amount > 0)
                        and not exists (
                            select from recovery_cases k
                            where k.organization_id = $1 and k.failure_id = t.failure_id
                                and k.customer_id = t.customer_id and k.status = 'lost')
                    when 'subscription_cancelled' then exists (
                        select from subscriptions s
                        where s.organization_id = $1 and s.customer_id = t.customer_id
                            and s.subscription_id = t.subscription_id and not s.will_renew
                            and not exists (
                                select from recovery_cases k
                                where k.organization_id = $1 and k.customer_id = t.customer_id and k.status = 'lost'
                                    and k.trigger_type = 'subscription_cancelled' and k.subscription_id = t.subscription_id
                                    and k.triggered_at >= s.cancelled_at))
                    else exists (
                        select from subscriptions s
                        where s.organization_id = $1 and s.customer_id = t.customer_id
                            and s.subscription_id = t.subscription_id and s.status <> 'cancelled')
                    end
                order by t.customer_id, t.place
            )%s
            select %s
            from begun c""".formatted(BEGIN, CaseRows.COLUMNS);

    /** {@code $2} is the run, {@code $5} the probability from which, {@code $6} the priority and {@code $7} the strategy. */
    private static final String BEGIN_BY_CHURN_RISK = """
            with beginning as (
                select h.customer_id, derived_id(h.customer_id, 'recovery case after run ' || $2::uuid) as case_id,
                    'churn_risk' as trigger_type, h.analysis_date as triggered_at, paying.amount, null::text as currency,
                    format('churn probability %%s', round(h.latest_run_churn_probability, 2)) as reason,
                    null::uuid as failure_id, null::text as payment_id, null::text as subscription_id,
                    null::integer as attempt_count, 'low' as risk_level, $6::smallint as priority, $7::jsonb as strategy,
                    null::integer as respond_within_hours
                from customer_health_scores h
                join organizations z on z.id = $1
                cross join lateral (
                    select sum(y.monthly_amount) as amount
                    from subscriptions y
                    where y.organization_id = $1 and y.customer_id = h.customer_id and y.currency = z.currency
                        and y.status in ('active', 'past_due', 'unpaid')) paying
                where h.organization_id = $1 and h.latest_run_id = $2 and h.latest_run_churn_probability >= $5
                    and coalesce(h.previous_run_churn_probability, 0) < $5
            )%s
            select count(*)::integer from begun""".formatted(BEGIN);

    private static final String OPEN_OF_ONE = """
            select %s
            from recovery_cases c
            where c.organization_id = $1 and c.customer_id = $2 and c.status in ('pending', 'active')
            for update of c""".formatted(CaseRows.COLUMNS);

    private static final String OPEN_OF_MANY = """
            select %s
            from jsonb_to_recordset($2::jsonb) as t(customer_id uuid)
            cross join lateral (
                select *
                from recovery_cases k
                where k.organization_id = $1 and k.customer_id = t.customer_id and k.status in ('pending', 'active')
                offset 0) found
            join recovery_cases c on c.organization_id = $1 and c.customer_id = found.customer_id and c.case_id = found.case_id
            order by c.customer_id
            for update of c""".formatted(CaseRows.COLUMNS);

    private final CaseRows rows;
    private final Clock clock;

    OpenCases(CaseRows rows, Clock clock) {
        this.rows = rows;
        this.clock = clock;
    }

    /** The open cases of customers, by the customers, locked. Cases are locked in the order of their customers. */
    Uni<Map<UUID, RecoveryCase>> of(SqlConnection transaction, UUID organization, Collection<UUID> customers) {
        var found = customers.size() == 1
                ? transaction
                        .preparedQuery(OPEN_OF_ONE)
                        .execute(Tuple.of(organization, customers.iterator().next()))
                : transaction
                        .preparedQuery(OPEN_OF_MANY)
                        .execute(Tuple.of(
                                organization,
                                new JsonArray(customers.stream()
                                        .map(customer -> new JsonObject().put("customer_id", customer.toString()))
                                        .toList())));
        return found.map(open -> byCustomer(rows.all(open)));
    }

    /**
     * Begins a case for each customer who has none that is open.
     *
     * @param triggers in the order in which they occurred: of a customer, the first that still counts begins
     * @param actor who said so; null for the service itself
     * @return the cases that have begun, by their customers
     */
    Uni<Map<UUID, RecoveryCase>> begin(
            SqlConnection transaction, UUID organization, List<NewTrigger> triggers, String actor) {
        return triggers.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : transaction
                        .preparedQuery(BEGIN_BY_TRIGGERS)
                        .execute(Tuple.of(
                                organization,
                                new JsonArray(IntStream.range(0, triggers.size())
                                        .mapToObj(place ->
                                                row(triggers.get(place)).put("place", place))
                                        .toList()),
                                Cases.time(clock.instant()),
                                actor))
                        .map(begun -> byCustomer(rows.all(begun)));
    }

    /**
     * Begins a case for each customer without one whose churn probability a run has found to have risen to a level.
     *
     * @return how many have begun
     */
    Uni<Integer> beginByChurnRisk(SqlConnection transaction, UUID organization, UUID run, ChurnRiskLevel level) {
        var strategy = CaseTrigger.CHURN_RISK.atLeast().strategy();
        return transaction
                .preparedQuery(BEGIN_BY_CHURN_RISK)
                .execute(Tuple.newInstance(io.vertx.sqlclient.Tuple.from(Arrays.asList(
                        organization,
                        run,
                        Cases.time(clock.instant()),
                        null,
                        BigDecimal.valueOf(level.from()),
                        (short) strategy.priority(),
                        new JsonObject(rows.write(strategy))))))
                .map(begun -> begun.iterator().next().getInteger(0));
    }

    private JsonObject row(NewTrigger trigger) {
        var strategy = trigger.atLeast().strategy();
        return new JsonObject()
                .put("customer_id", trigger.customer().toString())
                .put("case_id", trigger.caseId().toString())
                .put("trigger_type", trigger.type().label())
                .put("triggered_at", trigger.at().toString())
                .put(
                        "amount",
                        trigger.amount() == null ? null : trigger.amount().toPlainString())
                .put("currency", trigger.currency())
                .put("reason", trigger.reason())
                .put(
                        "failure_id",
                        trigger.failureId() == null ? null : trigger.failureId().toString())
                .put("payment_id", trigger.paymentId())
                .put("subscription_id", trigger.subscriptionId())
                .put("attempt_count", trigger.attemptCount())
                .put("risk_level", trigger.atLeast().label())
                .put("priority", strategy.priority())
                .put("strategy", new JsonObject(rows.write(strategy)))
                .put("respond_within_hours", strategy.responseWithinHours())
                .put("is_told", trigger.isTold());
    }

    private static Map<UUID, RecoveryCase> byCustomer(List<RecoveryCase> cases) {
        return cases.stream().collect(Collectors.toMap(RecoveryCase::customerId, Function.identity()));
    }
}
