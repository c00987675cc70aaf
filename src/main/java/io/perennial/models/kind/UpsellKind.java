package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/** Whether a customer will spend at least a quarter more in the next 60 days than in the last 60. */
@ApplicationScoped
class UpsellKind implements ModelKind {

    @Override
    public String name() {
        return "upsell";
    }

    @Override
    public String description() {
        return "Probability that the customer spends at least 25 % more in the next 60 days than in the last 60";
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
        return "f.amount_30d + f.amount_previous_30d > 0";
    }

    @Override
    public String outcome() {
        return """
                select spent.customer_id,
                    (spent.amount >= 1.25 * (f.amount_30d + f.amount_previous_30d))::integer as label
                from (
                    select customer_id, sum(amount) as amount
                    from transactions
                    where organization_id = :organization and customer_id between :first and :last
                        and status = 'completed' and occurred_at > :as_of and occurred_at <= :until
                    group by customer_id
                ) spent
                join f on f.customer_id = spent.customer_id""";
    }

    @Override
    public String labelOtherwise() {
        return "0";
    }

    /** A fifth do; more of those whose spending grows already. */
    @Override
    public String rules() {
        return "least(0.9, greatest(0.02, 0.2 + 0.15 * f.trend_30d))";
    }
}
