package io.perennial.recovery.dunning;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/** Puts active cases of failed payments, with steps that are due, into the database, as if they had come to be there. */
public final class CaseBuilder {

    private CaseBuilder() {}

    /**
     * Customers {@code c00001} and so on, each of whom pays 120.00 a month for 200 days, has one payment that failed twice, and an
     * active case of medium risk whose first mail is due.
     */
    public static void dueCases(Connection owner, UUID organization, int count) throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute("""
                    create temporary table made on commit preserve rows as
                    select format('c%%s', lpad(i::text, 5, '0')) as name, gen_random_uuid() as customer_id,
                        gen_random_uuid() as case_id, gen_random_uuid() as failure_id
                    from generate_series(1, %2$d) i;

                    insert into customers (organization_id, customer_id, external_id, name, email, registered_at, created_at,
                        updated_at)
                    select '%1$s', customer_id, name, 'Customer ' || name, name || '@customers.example', now(), now(), now()
                    from made;

                    insert into subscriptions (organization_id, customer_id, subscription_id, status, plan, amount, currency,
                        billing_interval, interval_count, started_at, will_renew, last_event_at)
                    select '%1$s', customer_id, 'sub-' || name, 'active', 'Pro', 120, 'EUR', 'month', 1,
                        now() - interval '200 days', true, now()
                    from made;

                    insert into payment_failures (organization_id, customer_id, payment_id, failure_id, subscription_id, amount,
                        currency, attempt_count, reason, first_failed_at, last_failed_at, status, last_event_at)
                    select '%1$s', customer_id, 'in-' || name, failure_id, 'sub-' || name, 120, 'EUR', 2, 'card_declined',
                        now() - interval '1 hour', now() - interval '1 hour', 'open', now()
                    from made;

                    insert into recovery_cases (organization_id, customer_id, case_id, status, risk_level, risk, trigger_type,
                        triggered_at, amount, currency, failure_id, payment_id, subscription_id, attempt_count, billing_segment,
                        messaging_tone, priority, strategy, total_value, is_holdout, approval, created_at, activated_at, ends_at,
                        updated_at, version)
                    select '%1$s', customer_id, case_id, 'active', 'medium', '{}', 'payment_failed', now() - interval '1 hour',
                        120, 'EUR', failure_id, 'in-' || name, 'sub-' || name, 2, 'mid_value', 'professional', 3,
                        '{"priority": 3, "channels": ["email"], "timeline": [], "actions": []}', 1440, false, 'none', now(), now(),
                        now() + interval '14 days', now(), 1
                    from made;

                    insert into recovery_steps (organization_id, customer_id, case_id, step, stage, channel, after_hours, status,
                        due_at, priority)
                    select '%1$s', customer_id, case_id, 1, 'dunning_1', 'email', 0, 'planned', now() - interval '1 minute', 3
                    from made;

                    drop table made""".formatted(organization, count));
        }
    }
}
