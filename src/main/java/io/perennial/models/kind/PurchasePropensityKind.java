package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/** Whether a customer will buy something within 30 days. */
@ApplicationScoped
class PurchasePropensityKind implements ModelKind {

    @Override
    public String name() {
        return "purchase_propensity";
    }

    @Override
    public String description() {
        return "Probability that the customer buys something within 30 days";
    }

    @Override
    public Objective objective() {
        return Objective.BINARY;
    }

    @Override
    public int windowDays(Organization organization) {
        return 30;
    }

    @Override
    public String population() {
        return "f.frequency > 0 and f.recency_days < 365";
    }

    @Override
    public String outcome() {
        return """
                select customer_id, 1 as label
                from transactions
                where organization_id = :organization and customer_id between :first and :last
                    and status = 'completed' and occurred_at > :as_of and occurred_at <= :until
                group by customer_id""";
    }

    @Override
    public String labelOtherwise() {
        return "0";
    }

    /** At least one arrival of a Poisson process with the rate of the last 90 days. */
    @Override
    public String rules() {
        return "1 - exp(-f.transactions_90d / 3.0::float8)";
    }
}
