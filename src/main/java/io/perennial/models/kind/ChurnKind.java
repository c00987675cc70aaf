package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.Cancellations;
import io.perennial.models.ChurnRules;
import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/**
 * Whether a customer who has bought within the horizon will have cancelled, or bought nothing more, by the end of the next
 * one. A subscription that is not renewed is one that is not paid for, so it is the same question for all businesses.
 */
@ApplicationScoped
class ChurnKind implements ModelKind {

    @Override
    public String name() {
        return "churn";
    }

    @Override
    public String description() {
        return "Probability that the customer cancels, or buys nothing more, within the churn horizon";
    }

    @Override
    public Objective objective() {
        return Objective.BINARY;
    }

    @Override
    public int windowDays(Organization organization) {
        return organization.churnHorizonDays();
    }

    @Override
    public String population() {
        return """
                f.frequency > 0 and f.recency_days < :horizon
                and not exists (
                    select from events gone
                    where gone.organization_id = :organization and gone.customer_id = f.customer_id
                        and gone.customer_id between :first and :last
                        and gone.event_type in %s and gone.occurred_at <= :as_of
                        and gone.occurred_at > :as_of - f.recency_days * interval '1 day')""".formatted(Cancellations.TYPES);
    }

    @Override
    public String outcome() {
        return """
                select customer_id, max(cancelled) as label, min(occurred_at) filter (where cancelled = 1) as cancelled_at
                from (
                    select customer_id, 0 as cancelled, occurred_at
                    from transactions
                    where organization_id = :organization and customer_id between :first and :last
                        and status = 'completed' and occurred_at > :as_of and occurred_at <= :until
                    union all
                    select customer_id, 1, occurred_at
                    from events
                    where organization_id = :organization and customer_id between :first and :last
                        and event_type in %s and occurred_at > :as_of and occurred_at <= :until
                ) after
                group by customer_id""".formatted(Cancellations.TYPES);
    }

    @Override
    public String labelOtherwise() {
        return "1";
    }

    @Override
    public String rules() {
        return ChurnRules.probability("f", ":horizon");
    }

    @Override
    public String rulesVersion() {
        return ChurnRules.VERSION;
    }

    /** A customer counts as churned on cancelling, or when the horizon has passed since the last purchase. */
    @Override
    public String leadDays() {
        return "least(date_part('epoch', o.cancelled_at - :as_of) / 86400, :horizon - f.recency_days)";
    }
}
