package io.perennial.recovery.dunning;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

import io.perennial.outreach.template.TemplateKey;

/**
 * What is known of a customer that messages are made of. What uploads say of a customer is never trusted to be valid.
 *
 * @param name null when not known
 * @param language as templates have it; English when not known
 * @param zone the customer's time zone, else that of the organization
 * @param preferredContactMethod as somebody wrote it; null when not known
 * @param plan of the subscription, else of what was uploaded; null when not known
 * @param previousPlan before the latest downgrade; null when there was none
 * @param currency of the failed payment, else of the organization
 * @param accessEndsAt when the subscription ends; null when it does not
 * @param cancellationReason null when it was not cancelled, or without a reason
 * @param failure the payment that failed; null when none did
 */
record KnownCustomer(
        UUID id,
        String name,
        String language,
        ZoneId zone,
        String preferredContactMethod,
        String plan,
        String previousPlan,
        String currency,
        String subscription,
        Instant accessEndsAt,
        String cancellationReason,
        Failure failure) {

    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}");

    /**
     * A payment that failed.
     *
     * @param nextAttemptAt when it is tried again; null when it is not, or nobody knows
     * @param paid whether it was collected after all
     */
    record Failure(
            UUID id,
            BigDecimal amount,
            String currency,
            int attempts,
            Instant failedAt,
            Instant nextAttemptAt,
            boolean paid) {}

    /** The failure {@code $3}, or the latest open one; the subscription {@code $4}, or that of the failure, or the latest. */
    private static final String SELECT = """
            select c.customer_id, c.name, o.currency as currency, o.timezone as organization_timezone,
                left(c.attributes->>'timezone', 100) as timezone,
                left(coalesce(c.attributes->>'language', c.attributes->>'locale'), 100) as language,
                left(c.attributes->>'preferred_contact_method', 100) as preferred_contact_method,
                left(coalesce(s.plan, c.attributes->>'plan'), 255) as plan,
                d.previous_plan, s.subscription_id, s.ends_at, s.cancellation_reason,
                f.failure_id, f.amount, f.currency as failure_currency, f.attempt_count, f.first_failed_at, f.next_attempt_at,
                f.status = 'recovered' as paid
            from customers c
            join organizations o on o.id = c.organization_id
            left join lateral (
                select failure_id, subscription_id, amount, currency, attempt_count, first_failed_at, next_attempt_at, status
                from payment_failures
                where organization_id = $1 and customer_id = $2
                    and case when $3::uuid is null then status = 'open' else failure_id = $3 end
                order by last_failed_at desc
                limit 1) f on true
            left join lateral (
                select subscription_id, plan, ends_at, cancellation_reason
                from subscriptions
                where organization_id = $1 and customer_id = $2
                order by subscription_id = coalesce($4, f.subscription_id) desc nulls last, last_event_at desc
                limit 1) s on true
            left join lateral (
                select event->>'previous_plan' as previous_plan
                from webhook_events
                where organization_id = $1 and customer_id = $2 and fact = 'plan.downgraded' and status = 'applied'
                order by occurred_at desc
                limit 1) d on true
            where c.organization_id = $1 and c.customer_id = $2""";

    /**
     * Reads what is known of a customer in one statement.
     *
     * @param failure null for the latest payment that failed and was not collected
     * @param subscription null for that of the failure, or the latest
     * @return null when there is no such customer
     */
    static Uni<KnownCustomer> of(
            SqlConnection connection, UUID organization, UUID customer, UUID failure, String subscription) {
        return connection
                .preparedQuery(SELECT)
                .execute(Tuple.from(Arrays.asList(organization, customer, failure, subscription)))
                .map(rows -> {
                    for (var row : rows) {
                        return of(row);
                    }
                    return null;
                });
    }

    private static KnownCustomer of(Row row) {
        var failure = row.getUUID("failure_id") == null ? null : failure(row);
        return new KnownCustomer(
                row.getUUID("customer_id"),
                row.getString("name"),
                language(row.getString("language")),
                zone(row.getString("timezone"), row.getString("organization_timezone")),
                row.getString("preferred_contact_method"),
                row.getString("plan"),
                row.getString("previous_plan"),
                failure == null ? row.getString("currency") : failure.currency(),
                row.getString("subscription_id"),
                instant(row, "ends_at"),
                row.getString("cancellation_reason"),
                failure);
    }

    private static Failure failure(Row row) {
        return new Failure(
                row.getUUID("failure_id"),
                row.getBigDecimal("amount"),
                row.getString("failure_currency"),
                row.getInteger("attempt_count"),
                instant(row, "first_failed_at"),
                instant(row, "next_attempt_at"),
                row.getBoolean("paid"));
    }

    /** The tag of a language as templates have it, of one as somebody wrote it, such as {@code de_AT}. */
    static String language(String written) {
        var tag = written == null
                ? ""
                : written.strip().replace('_', '-').replaceFirst("[.@].*", "").toLowerCase(Locale.ROOT);
        return LANGUAGE.matcher(tag).matches() ? tag : TemplateKey.FALLBACK_LANGUAGE;
    }

    /** A time zone as somebody wrote it, or else the other. */
    static ZoneId zone(String written, String otherwise) {
        try {
            return written == null ? ZoneId.of(otherwise) : ZoneId.of(written.strip());
        } catch (DateTimeException e) {
            return ZoneId.of(otherwise);
        }
    }

    private static Instant instant(Row row, String column) {
        var value = row.getOffsetDateTime(column);
        return value == null ? null : value.toInstant();
    }
}
