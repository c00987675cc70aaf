-- Standing: what each customer is worth and where they are in their life as a customer.

create table customer_value (
    organization_id   uuid           not null,
    customer_id       uuid           not null,
    value_segment     text           not null check (value_segment in ('high_value', 'medium_value', 'low_value')),
    -- In the currency of the organization: what they have spent, and what a model or the projection expects.
    lifetime_value    numeric(19, 4) not null,
    predicted_ltv     numeric(19, 4) not null,
    value_score       numeric(5, 2)  not null check (value_score between 0 and 100),
    monetary_score    real           not null,
    ltv_percentile    real           not null,
    ltv_model_version text           not null,
    run_id            uuid           not null,
    -- Only data up to this instant count.
    as_of             timestamptz    not null,
    calculated_at     timestamptz    not null,
    -- The instant of the run that put the customer into this segment.
    entered_at        timestamptz    not null,
    primary key (organization_id, customer_id)
);

create index customer_value_by_segment on customer_value (organization_id, value_segment, customer_id);

-- A segment that a customer has left; the one they are in is in the table above.
create table value_history (
    organization_id uuid           not null,
    customer_id     uuid           not null,
    exited_at       timestamptz    not null,
    entered_at      timestamptz    not null,
    value_segment   text           not null,
    value_score     numeric(5, 2)  not null,
    predicted_ltv   numeric(19, 4) not null,
    -- The segment that followed; null when the customer was no longer part of the run.
    next_segment    text,
    left_in_run     uuid           not null,
    primary key (organization_id, customer_id, exited_at, left_in_run)
);

create table customer_lifecycle (
    organization_id   uuid          not null,
    customer_id       uuid          not null,
    stage             text          not null check (
        stage in ('acquisition', 'onboarding', 'growth', 'retention', 'win_back', 'churn')),
    -- By which rule.
    reason            text          not null,
    churn_probability numeric(7, 6) not null,
    model_version     text          not null,
    run_id            uuid          not null,
    -- Only data up to this instant count.
    as_of             timestamptz   not null,
    calculated_at     timestamptz   not null,
    -- The instant of the run that put the customer into this stage.
    entered_at        timestamptz   not null,
    primary key (organization_id, customer_id)
);

create index customer_lifecycle_by_stage on customer_lifecycle (organization_id, stage, customer_id);

-- A stage that a customer has left; the one they are in is in the table above.
create table lifecycle_history (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    exited_at       timestamptz not null,
    entered_at      timestamptz not null,
    stage           text        not null,
    -- Whole days.
    duration_days   integer     not null generated always as (
        floor(extract(epoch from exited_at - entered_at) / 86400)::integer) stored,
    -- The stage that followed; null when the customer was no longer part of the run.
    next_stage      text,
    left_in_run     uuid        not null,
    primary key (organization_id, customer_id, exited_at, left_in_run)
);

create index lifecycle_history_by_run on lifecycle_history (organization_id, left_in_run, stage, next_stage);

-- The few events by which customers say goodbye, among the many. A test compares the names with the code's.
create index events_cancellations on events (organization_id, customer_id, occurred_at)
    where event_type in ('subscription_cancelled', 'contract_cancelled', 'account_closed');

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['customer_value', 'value_history', 'customer_lifecycle', 'lifecycle_history'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;
