package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/**
 * What a customer will spend in a year. It is learned from the next 90 days, because a label that takes a year leaves hardly
 * any history to learn from, and shown by the year.
 */
@ApplicationScoped
class LifetimeValueKind implements ModelKind {

    private static final int WINDOW_DAYS = 90;
    private static final double YEAR_DAYS = 365;

    @Override
    public String name() {
        return "ltv";
    }

    @Override
    public String description() {
        return "What the customer will spend in the next 365 days, in the currency of the organization";
    }

    @Override
    public Objective objective() {
        return Objective.REGRESSION;
    }

    @Override
    public int windowDays(Organization organization) {
        return WINDOW_DAYS;
    }

    @Override
    public String population() {
        return "f.frequency > 0 and f.recency_days < 365";
    }

    @Override
    public String outcome() {
        return """
                select customer_id, sum(amount) as label
                from transactions
                where organization_id = :organization and customer_id between :first and :last
                    and status = 'completed' and occurred_at > :as_of and occurred_at <= :until
                group by customer_id""";
    }

    @Override
    public String labelOtherwise() {
        return "0";
    }

    /** As much per day as so far, fading once the customer is overdue. */
    @Override
    public String rules() {
        return """
                f.monetary::float8 / greatest(f.tenure_days, 30) * :window
                    * least(1, greatest(coalesce(f.inter_purchase_gap_days, :horizon), 7) / greatest(f.recency_days, 1))""";
    }

    @Override
    public double scale() {
        return YEAR_DAYS / WINDOW_DAYS;
    }
}
