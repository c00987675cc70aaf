package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/** Whether a payment of a customer will fail within 60 days. */
@ApplicationScoped
class PaymentDefaultKind implements ModelKind {

    @Override
    public String name() {
        return "payment_default";
    }

    @Override
    public String description() {
        return "Probability that a payment of the customer fails within 60 days";
    }

    @Override
    public Objective objective() {
        return Objective.BINARY;
    }

    @Override
    public int windowDays(Organization organization) {
        return 60;
    }

    @Override
    public String population() {
        return "f.frequency > 0 and f.recency_days < 180";
    }

    @Override
    public String outcome() {
        return """
                select customer_id, 1 as label
                from (
                    select customer_id
                    from transactions
                    where organization_id = :organization and customer_id between :first and :last
                        and status = 'failed' and occurred_at > :as_of and occurred_at <= :until
                    union all
                    select customer_id
                    from events
                    where organization_id = :organization and customer_id between :first and :last
                        and event_type = 'payment_failed' and occurred_at > :as_of and occurred_at <= :until
                ) failed
                group by customer_id""";
    }

    @Override
    public String labelOtherwise() {
        return "0";
    }

    @Override
    public String rules() {
        return "least(0.9, 0.03 + 0.2 * f.failed_payments_90d)";
    }
}
