package io.perennial.recovery.billing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;

/** Billing facts as a billing system would have told them, relative to now. */
public final class Billing {

    private Billing() {}

    /** Somebody who is known to the organization. Yields Perennial's id. */
    public static UUID customer(UUID organization, String name) {
        Api.upload(organization, "customers", "customer_id,registered_at\n%s,%s\n".formatted(name, ago(1)))
                .then()
                .statusCode(200);
        return CustomerId.of(organization, name);
    }

    /** A subscription that runs, in euros. */
    public static void subscription(UUID organization, UUID customer, String amount, Instant since)
            throws SQLException {
        subscription(organization, customer, "sub-" + customer, amount, "month", since);
    }

    public static void subscription(
            UUID organization, UUID customer, String id, String amount, String interval, Instant since)
            throws SQLException {
        Database.execute("""
                insert into subscriptions (organization_id, customer_id, subscription_id, status, plan, amount, currency,
                    billing_interval, interval_count, started_at, will_renew, last_event_at)
                values ('%s', '%s', '%s', 'active', 'pro', %s, 'EUR', '%s', 1, '%s', true, now())""".formatted(organization, customer, id, amount, interval, since));
    }

    /** A payment that failed, in euros, last the given number of days ago. Yields the id of the failure. */
    public static UUID failure(UUID organization, UUID customer, String amount, int attempts, int days)
            throws SQLException {
        var id = UUID.randomUUID();
        Database.execute("""
                insert into payment_failures (organization_id, customer_id, payment_id, failure_id, subscription_id, amount,
                    currency, attempt_count, reason, first_failed_at, last_failed_at, status, last_event_at)
                values ('%1$s', '%2$s', 'in_%3$s', '%3$s', 'sub-%2$s', %4$s, 'EUR', %5$d, 'card_declined', '%6$s', '%6$s',
                    'open', now())""".formatted(organization, customer, id, amount, attempts, ago(days)));
        return id;
    }

    /** A payment that succeeded, in euros. */
    public static void payment(UUID organization, UUID customer, String amount, int days) throws SQLException {
        Database.execute("""
                insert into payments (organization_id, customer_id, payment_id, amount, currency, paid_at)
                values ('%s', '%s', '%s', %s, 'EUR', '%s')""".formatted(organization, customer, UUID.randomUUID(), amount, ago(days)));
    }

    /** Uploads events: lines of a customer's own id, an instant, a type and a feature. */
    public static void events(UUID organization, String lines) {
        Api.upload(organization, "events", "customer_id,occurred_at,event_type,feature\n" + lines)
                .then()
                .statusCode(200);
    }

    /** The instant so many days ago. */
    public static Instant ago(int days) {
        return Instant.now().minus(Duration.ofDays(days));
    }
}
