-- Models: the versions that were trained, and what they predict.

-- What a run was asked for besides its kind.
alter table runs add column parameters jsonb;

create table model_versions (
    organization_id uuid        not null references organizations on delete cascade,
    kind            text        not null,
    -- From 1 up; with the kind it is the name of the version, such as churn-3.
    number          integer     not null check (number > 0),
    status          text        not null check (status in ('candidate', 'active', 'retired')),
    -- The learner that was promoted: xgboost, tabm or blend.
    learner         text        not null,
    -- Names of the features and categories, in their order.
    feature_schema  jsonb       not null,
    metrics         jsonb       not null,
    -- What the features and scores of the training rows were spread like, to tell when they no longer are.
    reference       jsonb       not null,
    artifact        bytea       not null,
    -- The instants that the training, validation and test rows are as of.
    snapshots       jsonb       not null,
    run_id          uuid        not null,
    trained_at      timestamptz not null,
    activated_at    timestamptz,
    retired_at      timestamptz,
    primary key (organization_id, kind, number)
);

create unique index model_versions_active on model_versions (organization_id, kind) where status = 'active';

-- What is predicted besides churn. A probability, an amount or a score 0..100, as the kind says.
create table customer_prediction (
    organization_id uuid             not null,
    customer_id     uuid             not null,
    kind            text             not null,
    value           double precision not null,
    -- For a kind that chooses one of several: the likeliest, with their probabilities.
    choices         jsonb,
    model_version   text             not null,
    predicted_at    timestamptz      not null,
    primary key (organization_id, customer_id, kind)
);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['model_versions', 'customer_prediction'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

-- Replicas look for versions that were activated elsewhere.
create policy instance on model_versions for select using ((select instance_scope()));
