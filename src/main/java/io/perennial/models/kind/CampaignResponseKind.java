package io.perennial.models.kind;

import jakarta.enterprise.context.ApplicationScoped;

import io.perennial.models.ModelKind;
import io.perennial.models.learn.Objective;
import io.perennial.tenant.Organization;

/** Whether a customer responds to a campaign: of those who are sent one within 30 days, who responds within these. */
@ApplicationScoped
class CampaignResponseKind implements ModelKind {

    @Override
    public String name() {
        return "campaign_response";
    }

    @Override
    public String description() {
        return "Probability that the customer responds to a campaign sent now";
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
        return "f.tenure_days >= 0";
    }

    @Override
    public String outcome() {
        return """
                select customer_id, coalesce(max(occurred_at) filter (where event_type <> 'campaign_sent')
                    >= min(occurred_at) filter (where event_type = 'campaign_sent'), false)::integer as label
                from events
                where organization_id = :organization and customer_id between :first and :last
                    and event_type in ('campaign_sent', 'campaign_response', 'email_clicked', 'offer_accepted')
                    and occurred_at > :as_of and occurred_at <= :until
                group by customer_id
                having bool_or(event_type = 'campaign_sent')""";
    }

    @Override
    public String labelOtherwise() {
        return "null";
    }

    /** A tenth respond; more of those who are active. */
    @Override
    public String rules() {
        return "least(0.5, 0.05 + 0.02 * f.events_30d)";
    }
}
