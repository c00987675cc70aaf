package io.perennial.intake.billing;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;
import io.perennial.platform.Page;
import io.perennial.tenant.CustomerReference;
import io.perennial.tenant.TenantDatabase;

/** What is known of what customers pay. */
@ApplicationScoped
class BillingRecords {

    private final TenantDatabase database;

    BillingRecords(TenantDatabase database) {
        this.database = database;
    }

    /** A subscription as the latest events leave it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Subscription(
            @Schema(examples = "sub_1MowQVLkdIwHu7ixeRlqHVzs")
            String subscriptionId,

            @Schema(
                    description = "incomplete, trialing, active, past_due, unpaid, paused or cancelled",
                    examples = "active")
            String status,

            @Schema(examples = "Team, monthly") String plan,

            @Schema(description = "A lower tier is a lesser plan", examples = "2")
            Integer tier,

            @Schema(description = "What a period costs, without discounts and taxes", examples = "49.00")
            BigDecimal amount,

            @Schema(examples = "EUR") String currency,

            @Schema(description = "day, week, month or year", examples = "month")
            String billingInterval,

            @Schema(description = "How many of them are a period", examples = "1")
            Integer intervalCount,

            @Schema(description = "What it comes to in a month", examples = "49.00")
            BigDecimal monthlyAmount,

            Instant startedAt,
            Instant currentPeriodEnd,

            @Schema(description = "Whether it goes on after the period", examples = "true")
            boolean willRenew,

            @Schema(description = "When the customer cancelled it")
            Instant cancelledAt,

            @Schema(description = "When it ends, or has ended")
            Instant endsAt,

            @Schema(description = "Why they cancelled", examples = "too_expensive")
            String cancellationReason,

            @Schema(description = "When the latest of its events occurred")
            Instant lastEventAt) {

        static Subscription of(Row row) {
            return new Subscription(
                    row.getString("subscription_id"),
                    row.getString("status"),
                    row.getString("plan"),
                    row.getInteger("tier"),
                    Amounts.plain(row.getBigDecimal("amount")),
                    row.getString("currency"),
                    row.getString("billing_interval"),
                    row.getInteger("interval_count"),
                    Amounts.plain(row.getBigDecimal("monthly_amount")),
                    instant(row, "started_at"),
                    instant(row, "current_period_end"),
                    row.getBoolean("will_renew"),
                    instant(row, "cancelled_at"),
                    instant(row, "ends_at"),
                    row.getString("cancellation_reason"),
                    instant(row, "last_event_at"));
        }
    }

    /** A payment that has failed, however often. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PaymentFailure(
            UUID failureId,

            @Schema(description = "What was to be paid", examples = "in_1MtHbELkdIwHu7ixl4OzzPMv")
            String paymentId,

            String subscriptionId,
            @Schema(examples = "49.00") BigDecimal amount,
            @Schema(examples = "EUR") String currency,

            @Schema(description = "How often it has failed", examples = "2")
            int attemptCount,

            @Schema(examples = "insufficient_funds") String reason,

            @Schema(description = "`open`, or `recovered` when it succeeded after all", examples = "open")
            String status,

            Instant firstFailedAt,
            Instant lastFailedAt,
            Instant nextAttemptAt,
            Instant recoveredAt) {

        static PaymentFailure of(Row row) {
            return new PaymentFailure(
                    row.getUUID("failure_id"),
                    row.getString("payment_id"),
                    row.getString("subscription_id"),
                    Amounts.plain(row.getBigDecimal("amount")),
                    row.getString("currency"),
                    row.getInteger("attempt_count"),
                    row.getString("reason"),
                    row.getString("status"),
                    instant(row, "first_failed_at"),
                    instant(row, "last_failed_at"),
                    instant(row, "next_attempt_at"),
                    instant(row, "recovered_at"));
        }
    }

    /** A payment that has succeeded. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Payment(
            @Schema(examples = "in_1MtHbELkdIwHu7ixl4OzzPMv")
            String paymentId,

            String subscriptionId,
            @Schema(examples = "49.00") BigDecimal amount,
            @Schema(examples = "EUR") String currency,
            Instant paidAt) {

        static Payment of(Row row) {
            return new Payment(
                    row.getString("payment_id"),
                    row.getString("subscription_id"),
                    Amounts.plain(row.getBigDecimal("amount")),
                    row.getString("currency"),
                    instant(row, "paid_at"));
        }
    }

    /** In the order of their ids. */
    Uni<Page<Subscription>> subscriptions(CustomerReference customer, String after, int limit) {
        return ofCustomer(customer, """
                select subscription_id, status, plan, tier, amount, currency, billing_interval, interval_count, monthly_amount,
                    started_at, current_period_end, will_renew, cancelled_at, ends_at, cancellation_reason, last_event_at
                from subscriptions
                where organization_id = $1 and customer_id = $2 and ($3::text is null or subscription_id > $3)
                order by subscription_id
                limit $4""", after, limit, Subscription::of, Subscription::subscriptionId);
    }

    /** The latest first. */
    Uni<Page<PaymentFailure>> failures(CustomerReference customer, UUID after, int limit) {
        return ofCustomer(
                customer,
                """
                select failure_id, payment_id, subscription_id, amount, currency, attempt_count, reason, status, first_failed_at,
                    last_failed_at, next_attempt_at, recovered_at
                from payment_failures
                where organization_id = $1 and customer_id = $2
                    and ($3::uuid is null or (first_failed_at, failure_id) < (
                        select first_failed_at, failure_id from payment_failures
                        where organization_id = $1 and customer_id = $2 and failure_id = $3))
                order by first_failed_at desc, failure_id desc
                limit $4""",
                after,
                limit,
                PaymentFailure::of,
                failure -> failure.failureId().toString());
    }

    /** The latest first. */
    Uni<Page<Payment>> payments(CustomerReference customer, String after, int limit) {
        return ofCustomer(customer, """
                select payment_id, subscription_id, amount, currency, paid_at
                from payments
                where organization_id = $1 and customer_id = $2
                    and ($3::text is null or (paid_at, payment_id) < (
                        select paid_at, payment_id from payments
                        where organization_id = $1 and customer_id = $2 and payment_id = $3))
                order by paid_at desc, payment_id desc
                limit $4""", after, limit, Payment::of, Payment::paymentId);
    }

    private <T> Uni<Page<T>> ofCustomer(
            CustomerReference customer,
            String sql,
            Object after,
            int limit,
            Function<Row, T> read,
            Function<T, String> key) {
        return find(customer)
                .chain(id -> database.query(
                        customer.organization(),
                        sql,
                        Tuple.from(Arrays.asList(customer.organization(), id, after, limit + 1))))
                .map(rows -> Page.of(all(rows, read), limit, key));
    }

    private Uni<UUID> find(CustomerReference customer) {
        return database.lookup(
                        customer.organization(),
                        "select customer_id from customers where organization_id = $1 and customer_id in ($2, $3)",
                        customer.parameters())
                .map(rows -> {
                    for (var row : rows) {
                        return row.getUUID(0);
                    }
                    throw customer.unknown();
                });
    }

    private static <T> List<T> all(RowSet<Row> rows, Function<Row, T> read) {
        return StreamSupport.stream(rows.spliterator(), false).map(read).toList();
    }

    private static Instant instant(Row row, String column) {
        var value = row.get(OffsetDateTime.class, column);
        return value == null ? null : value.toInstant();
    }
}
