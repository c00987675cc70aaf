-- Health: how each customer is now, and how they have been.

create table customer_health_scores (
    organization_id                      uuid           not null,
    customer_id                          uuid           not null,
    overall_health_score                 smallint       not null check (overall_health_score between 0 and 100),
    churn_probability                    numeric(7, 6)  not null check (churn_probability between 0 and 1),
    churn_risk_level                     text           not null generated always as (
        case when churn_probability < 0.3 then 'low' when churn_probability < 0.5 then 'medium'
             when churn_probability < 0.7 then 'high' else 'critical' end) stored,
    -- 0..100; null when nothing is known.
    engagement_score                     smallint       check (engagement_score between 0 and 100),
    satisfaction_score                   smallint       check (satisfaction_score between 0 and 100),
    payment_behavior_score               smallint       check (payment_behavior_score between 0 and 100),
    communication_responsiveness_score   smallint       check (communication_responsiveness_score between 0 and 100),
    -- In the currency of the organization.
    predicted_ltv                        numeric(19, 4) not null,
    -- In the time zone of the organization; null when it is more than five years away.
    predicted_churn_date                 date,
    retention_probability                numeric(7, 6)  not null check (retention_probability between 0 and 1),
    confidence_level                     numeric(5, 4)  not null check (confidence_level between 0 and 1),
    model_version                        text           not null,
    ltv_model_version                    text           not null,
    churn_horizon_days                   integer        not null,
    -- Only data up to this instant count.
    analysis_date                        timestamptz    not null,
    scored_at                            timestamptz    not null,
    -- Null when the customer was scored on their own, after the run below.
    run_id                               uuid,
    -- What the last run over the organization said, and the run before it, to tell what has moved.
    latest_run_id                        uuid,
    latest_run_health_score              smallint,
    latest_run_churn_probability         numeric(7, 6),
    previous_run_health_score            smallint,
    previous_run_churn_probability       numeric(7, 6),
    primary key (organization_id, customer_id)
);

-- The worst first, of all customers and of a level.
create index customer_health_scores_by_score on customer_health_scores (
    organization_id, overall_health_score, customer_id);
create index customer_health_scores_by_level on customer_health_scores (
    organization_id, churn_risk_level, overall_health_score, customer_id);

create table customer_health_history (
    organization_id                    uuid          not null,
    customer_id                        uuid          not null,
    analysis_date                      timestamptz   not null,
    run_id                             uuid,
    overall_health_score               smallint      not null,
    engagement_score                   smallint,
    satisfaction_score                 smallint,
    payment_behavior_score             smallint,
    communication_responsiveness_score smallint,
    churn_probability                  numeric(7, 6) not null,
    model_version                      text          not null,
    primary key (organization_id, customer_id, analysis_date)
);

-- What is too old to be kept.
create index customer_health_history_by_date on customer_health_history (organization_id, analysis_date);

-- How the text of an event sounds: −1 (angry) to 1 (delighted).
create table event_sentiment (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    occurred_at     timestamptz not null,
    event_key       uuid        not null,
    sentiment       real        not null check (sentiment between -1 and 1),
    primary key (organization_id, customer_id, occurred_at, event_key)
);

-- The few events by which customers say how satisfied they are, among the many. A test compares the names with the code's.
create index events_feedback on events (organization_id, customer_id, occurred_at)
    where event_type in ('survey', 'nps', 'csat', 'review', 'support_ticket', 'ticket', 'complaint', 'billing_complaint');

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['customer_health_scores', 'customer_health_history', 'event_sentiment'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;
