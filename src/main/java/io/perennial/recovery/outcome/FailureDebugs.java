package io.perennial.recovery.outcome;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;

import io.perennial.platform.Amounts;
import io.perennial.platform.ProblemException;
import io.perennial.platform.ProblemType;
import io.perennial.recovery.billing.BillingSegments;
import io.perennial.recovery.cases.Cases;
import io.perennial.recovery.cases.RecoveryCase;
import io.perennial.recovery.dunning.FailureMessages;
import io.perennial.recovery.dunning.PaymentFailures;
import io.perennial.recovery.incentive.DunningStage;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** Gathers everything that is known of a payment that failed. It changes nothing. */
@ApplicationScoped
class FailureDebugs {

    private final TenantDatabase database;
    private final BillingSegments segments;
    private final FailureMessages previews;
    private final Cases cases;

    FailureDebugs(TenantDatabase database, BillingSegments segments, FailureMessages previews, Cases cases) {
        this.database = database;
        this.segments = segments;
        this.previews = previews;
        this.cases = cases;
    }

    /** The failure and whose it is. */
    private record Subject(FailureDebug.FailureRecord failure, FailureDebug.FailedCustomer customer) {}

    /** What was done about a failure. */
    private record Handling(
            RecoveryCase recoveryCase,
            List<FailureDebug.CaseStep> steps,
            List<FailureDebug.CaseMessage> messages,
            List<FailureDebug.CaseOffer> offers,
            List<FailureDebug.AskedApproval> approvals,
            List<FailureDebug.CaseHistory> events) {

        private static final Handling NONE = new Handling(null, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /**
     * What is known of a failure.
     *
     * @param stage that the message and the offers are shown of
     * @return fails with {@link ProblemType#UNKNOWN_FAILURE} when it was erased meanwhile
     */
    Uni<FailureDebug> of(PaymentFailures.FailureReference reference, DunningStage stage) {
        var problems = new TreeMap<String, String>();
        return database.transaction(reference.organization(), connection -> known(connection, reference))
                .chain(known -> orProblem("message_result", previews.preview(reference, stage), problems)
                        .chain(message -> orProblem("offers_result", previews.offers(reference, stage), problems)
                                .map(offers -> known.with(message, offers, problems.isEmpty() ? null : problems))));
    }

    /** Null, with a problem noted, for what cannot be said. */
    private static <T> Uni<T> orProblem(String part, Uni<T> asked, Map<String, String> problems) {
        return asked.onFailure(ProblemException.class)
                .invoke(e -> problems.put(part, Redaction.text(e.getMessage())))
                .onFailure(ProblemException.class)
                .recoverWithNull();
    }

    private Uni<FailureDebug> known(SqlConnection connection, PaymentFailures.FailureReference reference) {
        var customer = CustomerReference.of(
                reference.organization(), reference.customer().toString());
        return subject(connection, reference)
                .chain(subject -> segments.of(connection, customer)
                        .chain(segment -> handling(connection, reference)
                                .chain(handling -> told(connection, subject.failure())
                                        .map(told -> answer(subject, segment, handling, told)))));
    }

    private static FailureDebug answer(
            Subject subject,
            BillingSegments.CustomerBillingSegment segment,
            Handling handling,
            List<FailureDebug.ToldEvent> told) {
        return new FailureDebug(
                subject.failure(),
                subject.customer(),
                segment.customerMetrics(),
                segment,
                null,
                null,
                null,
                handling.recoveryCase(),
                handling.steps(),
                handling.messages(),
                handling.offers(),
                handling.approvals(),
                handling.events(),
                told);
    }

    private static Uni<Subject> subject(SqlConnection connection, PaymentFailures.FailureReference reference) {
        return connection
                .preparedQuery("""
                        select f.failure_id, f.customer_id, f.payment_id, f.subscription_id, f.amount, f.currency,
                            f.attempt_count, f.reason, f.status, f.first_failed_at, f.last_failed_at, f.next_attempt_at,
                            f.recovered_at, c.external_id, c.name, c.email, c.phone, c.registered_at, c.attributes,
                            (
                                select jsonb_object_agg(s.channel, s.status)
                                from contact_consents s
                                where s.organization_id = $1 and s.customer_id = $2) as consents
                        from payment_failures f
                        join customers c on c.organization_id = f.organization_id and c.customer_id = f.customer_id
                        where f.organization_id = $1 and f.customer_id = $2 and f.failure_id = $3""")
                .execute(Tuple.of(reference.organization(), reference.customer(), reference.failure()))
                .map(rows -> {
                    for (var row : rows) {
                        return subject(reference.organization(), row);
                    }
                    throw ProblemType.UNKNOWN_FAILURE.problem("No payment failure %s", reference.failure());
                });
    }

    private static Subject subject(UUID organization, Row row) {
        return new Subject(
                new FailureDebug.FailureRecord(
                        row.getUUID("failure_id"),
                        organization,
                        row.getUUID("customer_id"),
                        row.getString("payment_id"),
                        row.getString("subscription_id"),
                        amount(row, "amount"),
                        row.getString("currency"),
                        row.getInteger("attempt_count"),
                        row.getString("reason"),
                        row.getString("status"),
                        instant(row, "first_failed_at"),
                        instant(row, "last_failed_at"),
                        instant(row, "next_attempt_at"),
                        instant(row, "recovered_at")),
                new FailureDebug.FailedCustomer(
                        row.getUUID("customer_id"),
                        row.getString("external_id"),
                        row.getString("name"),
                        row.getString("email"),
                        row.getString("phone"),
                        instant(row, "registered_at"),
                        object(row, "attributes"),
                        object(row, "consents")));
    }

    /** The case that the failure began or, if it began none, the one that was open meanwhile; the latest of several. */
    private Uni<Handling> handling(SqlConnection connection, PaymentFailures.FailureReference reference) {
        return connection
                .preparedQuery("""
                        select c.case_id
                        from recovery_cases c
                        join payment_failures f on f.organization_id = $1 and f.customer_id = $2 and f.failure_id = $3
                        where c.organization_id = $1 and c.customer_id = $2
                            and (c.failure_id = $3
                                or c.created_at <= f.last_failed_at
                                    and coalesce(c.recovered_at, c.lost_at, 'infinity') >= f.first_failed_at)
                        order by c.failure_id is not distinct from $3 desc, c.created_at desc
                        limit 1""")
                .execute(Tuple.of(reference.organization(), reference.customer(), reference.failure()))
                .chain(rows -> {
                    for (var row : rows) {
                        return handling(connection, reference, row.getUUID(0));
                    }
                    return Uni.createFrom().item(Handling.NONE);
                });
    }

    private Uni<Handling> handling(SqlConnection connection, PaymentFailures.FailureReference reference, UUID caseId) {
        var key = new UUID[] {reference.organization(), reference.customer(), caseId};
        return cases.find(connection, reference.organization(), caseId)
                .chain(found -> steps(connection, key)
                        .chain(steps -> messages(connection, key)
                                .chain(messages -> offers(connection, key)
                                        .chain(offers -> approvals(connection, key)
                                                .chain(approvals -> events(connection, key)
                                                        .map(events -> new Handling(
                                                                found, steps, messages, offers, approvals,
                                                                events)))))));
    }

    private static Uni<List<FailureDebug.CaseStep>> steps(SqlConnection connection, UUID[] key) {
        return list(
                connection,
                """
                select step, stage, channel, status, reason, due_at, done_at, attempts, message_id
                from recovery_steps
                where organization_id = $1 and customer_id = $2 and case_id = $3
                order by after_hours, step""",
                Tuple.of(key[0], key[1], key[2]),
                row -> new FailureDebug.CaseStep(
                        row.getInteger("step"),
                        row.getString("stage"),
                        row.getString("channel"),
                        row.getString("status"),
                        row.getString("reason"),
                        instant(row, "due_at"),
                        instant(row, "done_at"),
                        row.getInteger("attempts"),
                        row.getUUID("message_id")));
    }

    private static Uni<List<FailureDebug.CaseMessage>> messages(SqlConnection connection, UUID[] key) {
        return list(
                connection,
                """
                select message_id, channel, status, reason, template, variant, attempts, created_at, due_at, sent_at,
                    delivered_at, opened_at, clicked_at, bounced_at, closed_at
                from outreach_messages
                where organization_id = $1 and customer_id = $2 and thread_id = $3
                order by created_at, place, message_id""",
                Tuple.of(key[0], key[1], key[2]),
                row -> new FailureDebug.CaseMessage(
                        row.getUUID("message_id"),
                        row.getString("channel"),
                        row.getString("status"),
                        Redaction.text(row.getString("reason")),
                        row.getString("template"),
                        row.getString("variant"),
                        row.getInteger("attempts"),
                        instant(row, "created_at"),
                        instant(row, "due_at"),
                        instant(row, "sent_at"),
                        instant(row, "delivered_at"),
                        instant(row, "opened_at"),
                        instant(row, "clicked_at"),
                        instant(row, "bounced_at"),
                        instant(row, "closed_at")));
    }

    private static Uni<List<FailureDebug.CaseOffer>> offers(SqlConnection connection, UUID[] key) {
        return list(
                connection,
                """
                select retention_offer_id, stage, occasion, offer_type, cost, status, made_at, valid_until, redeemed_at,
                    closed_at
                from retention_offers
                where organization_id = $1 and customer_id = $2 and case_id = $3
                order by made_at, stage, occasion, offer_type""",
                Tuple.of(key[0], key[1], key[2]),
                row -> new FailureDebug.CaseOffer(
                        row.getUUID("retention_offer_id"),
                        row.getString("stage"),
                        row.getString("occasion"),
                        row.getString("offer_type"),
                        amount(row, "cost"),
                        row.getString("status"),
                        instant(row, "made_at"),
                        instant(row, "valid_until"),
                        instant(row, "redeemed_at"),
                        instant(row, "closed_at")));
    }

    private static Uni<List<FailureDebug.AskedApproval>> approvals(SqlConnection connection, UUID[] key) {
        return list(
                connection,
                """
                select approval_id, subject, step, cost, status, requested_at, decided_at, decided_by, comment
                from recovery_approvals
                where organization_id = $1 and customer_id = $2 and case_id = $3
                order by requested_at, approval_id""",
                Tuple.of(key[0], key[1], key[2]),
                row -> new FailureDebug.AskedApproval(
                        row.getUUID("approval_id"),
                        row.getString("subject"),
                        row.getInteger("step"),
                        amount(row, "cost"),
                        row.getString("status"),
                        instant(row, "requested_at"),
                        instant(row, "decided_at"),
                        row.getString("decided_by"),
                        Redaction.text(row.getString("comment"))));
    }

    private static Uni<List<FailureDebug.CaseHistory>> events(SqlConnection connection, UUID[] key) {
        return list(
                connection,
                """
                select happened_at, kind, actor, detail
                from recovery_case_events
                where organization_id = $1 and customer_id = $2 and case_id = $3
                order by happened_at desc, event_id desc
                limit 200""",
                Tuple.of(key[0], key[1], key[2]),
                row -> new FailureDebug.CaseHistory(
                        instant(row, "happened_at"),
                        row.getString("kind"),
                        row.getString("actor"),
                        object(row, "detail")));
    }

    private static Uni<List<FailureDebug.ToldEvent>> told(
            SqlConnection connection, FailureDebug.FailureRecord failure) {
        return list(
                connection,
                """
                select id, source, event_id, event_type, status, reason, occurred_at, received_at, settled_at
                from webhook_events
                where organization_id = $1 and customer_id = $2
                    and subject in ('payment_id ' || $3, 'subscription_id ' || $4)
                order by received_at desc, id desc
                limit 100""",
                Tuple.of(failure.organizationId(), failure.customerId(), failure.paymentId(), failure.subscriptionId()),
                row -> new FailureDebug.ToldEvent(
                        row.getUUID("id"),
                        row.getString("source"),
                        row.getString("event_id"),
                        row.getString("event_type"),
                        row.getString("status"),
                        Redaction.text(row.getString("reason")),
                        instant(row, "occurred_at"),
                        instant(row, "received_at"),
                        instant(row, "settled_at")));
    }

    private static <T> Uni<List<T>> list(
            SqlConnection connection, String sql, Tuple parameters, Function<Row, T> read) {
        return connection
                .preparedQuery(sql)
                .execute(parameters)
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(read)
                        .toList());
    }

    private static BigDecimal amount(Row row, String column) {
        return Amounts.plain(row.getBigDecimal(column));
    }

    private static Map<String, Object> object(Row row, String column) {
        return row.getValue(column) instanceof JsonObject object ? Redaction.of(object) : null;
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
