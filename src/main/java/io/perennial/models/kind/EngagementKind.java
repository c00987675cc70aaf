package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/**
 * How engaged a customer will be in the next 30 days, 0..100: {@code 100 × a ÷ (a + 10)}, where {@code a} counts events and,
 * threefold, purchases.
 */
@ApplicationScoped
class EngagementKind implements ModelKind {

    /** Complaints, what befalls a customer, and messages, which are the business's: as for the engagement of features. */
    private static final String NOT_OF_THE_CUSTOMER = """
            ('support_ticket', 'complaint', 'billing_complaint', 'payment_failed', 'no_show', 'email_sent', 'sms_sent',
                'push_sent', 'reminder_sent', 'campaign_sent', 'call_made', 'price_increase')""";

    @Override
    public String name() {
        return "engagement";
    }

    @Override
    public String description() {
        return "How engaged the customer will be in the next 30 days, from 0 to 100";
    }

    @Override
    public Objective objective() {
        return Objective.REGRESSION;
    }

    @Override
    public int windowDays(Organization organization) {
        return 30;
    }

    @Override
    public String population() {
        return "f.recency_days < 365";
    }

    @Override
    public String outcome() {
        return """
                select customer_id, %s as label
                from (
                    select customer_id, 3 as worth
                    from transactions
                    where organization_id = :organization and customer_id between :first and :last
                        and status = 'completed' and occurred_at > :as_of and occurred_at <= :until
                    union all
                    select customer_id, 1
                    from events
                    where organization_id = :organization and customer_id between :first and :last
                        and event_type not in %s
                        and occurred_at > :as_of and occurred_at <= :until
                ) done
                group by customer_id""".formatted(score("sum(worth)"), NOT_OF_THE_CUSTOMER);
    }

    private static String score(String activity) {
        return "100.0 * %1$s / (%1$s + 10)".formatted(activity);
    }

    @Override
    public String labelOtherwise() {
        return "0";
    }

    /** As in the 30 days before. */
    @Override
    public String rules() {
        return score("(f.events_30d + 3 * f.transactions_30d)");
    }

    @Override
    public double clamp(double prediction) {
        return Math.min(100, Math.max(0, prediction));
    }
}
