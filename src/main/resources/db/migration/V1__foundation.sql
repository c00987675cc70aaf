-- The schema of Perennial's foundation: tenants, intake, features, runs and segments.
--
-- Every table of a tenant is guarded by row-level security: a statement sees the rows of the organization named by
-- `perennial.organization_id`, which the service sets with `set local` before anything else in its transaction, and no
-- row at all when nothing is set. A few small tables can also be read in the scope `instance`, which the service enters
-- only to authenticate a key, to find the organization of a customer and to look for unfinished runs.

create function current_organization() returns uuid
    language sql stable parallel safe
    as $$ select nullif(current_setting('perennial.organization_id', true), '')::uuid $$;

create function instance_scope() returns boolean
    language sql stable parallel safe
    as $$ select current_setting('perennial.scope', true) is not distinct from 'instance' $$;

-- Tenants ------------------------------------------------------------------------------------------------------------

create table organizations (
    id                 uuid        not null primary key,
    name               text        not null,
    org_type           text        not null check (org_type in
        ('banking', 'telecom', 'ecommerce', 'healthcare', 'trades', 'professional_services')),
    currency           text        not null check (currency ~ '^[A-Z]{3}$'),
    timezone           text        not null,
    churn_horizon_days integer     not null default 60 check (churn_horizon_days between 1 and 730),
    created_at         timestamptz not null,
    updated_at         timestamptz not null
);

create table api_keys (
    id              uuid        not null primary key,
    -- Null for a key of the whole instance.
    organization_id uuid        references organizations on delete cascade,
    name            text        not null,
    role            text        not null check (role in ('viewer', 'operator', 'admin')),
    -- SHA-256 of the key. The key has 256 random bits, so a slow hash would add nothing.
    key_hash        bytea       not null unique,
    created_at      timestamptz not null,
    revoked_at      timestamptz
);

create index api_keys_by_organization on api_keys (organization_id, id);

create table idempotency_keys (
    -- The nil UUID for a write that belongs to no organization yet.
    organization_id uuid        not null,
    idempotency_key text        not null check (length(idempotency_key) between 1 and 255),
    -- SHA-256 of the method, the path and the body or its parameters.
    fingerprint     bytea       not null,
    response        jsonb,
    created_at      timestamptz not null,
    primary key (organization_id, idempotency_key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);

-- The tables with a row or more per customer have no foreign keys: they are written by the million in statements that
-- start from the customers, and a check for each row would cost as much as the write. Erasure deletes from each of them.

-- Intake -------------------------------------------------------------------------------------------------------------

create table customers (
    organization_id uuid        not null,
    -- Derived from the organization and the external id, evenly spread, so that a range of ids is a shard of customers.
    customer_id     uuid        not null,
    external_id     text        not null,
    name            text,
    email           text,
    phone           text,
    -- Null for a customer who is known from transactions or events only.
    registered_at   timestamptz,
    -- Kept here because events are looked at 90 days back only. Null for a customer without events.
    first_event_at  timestamptz,
    attributes      jsonb,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (organization_id, customer_id)
);

-- One object of all, the later ones having the last word on each key.
create aggregate jsonb_merged(jsonb) (sfunc = jsonb_concat, stype = jsonb, parallel = safe);

create type transaction_status as enum ('completed', 'pending', 'failed', 'refunded', 'cancelled');

create table transactions (
    organization_id uuid               not null,
    customer_id     uuid               not null,
    -- Derived from the transaction id, or from the content and how many times the file said it before.
    transaction_key uuid               not null,
    transaction_id  text,
    occurred_at     timestamptz        not null,
    amount          numeric(19, 4)     not null check (amount >= 0),
    status          transaction_status not null default 'completed',
    discount        numeric(19, 4),
    quantity        numeric(19, 4),
    product         text,
    category        text,
    attributes      jsonb,
    -- The features of a range of customers are read from this index alone, already grouped.
    primary key (organization_id, customer_id, transaction_key) include (occurred_at, amount, status, discount)
);

create table events (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    occurred_at     timestamptz not null,
    event_key       uuid        not null,
    event_type      text        not null,
    event_id        text,
    value           numeric(19, 4),
    attributes      jsonb,
    primary key (organization_id, customer_id, occurred_at, event_key) include (event_type)
) partition by range (occurred_at);

-- Creates the partition of the month that begins on the given day (UTC), if it is not there. The service may not own
-- tables, so the function runs as its owner. Attaching, unlike `create table … partition of`, lets readers and writers
-- of the other months go on.
create function ensure_event_partition(month date) returns void
    language plpgsql security definer set search_path = ${flyway:defaultSchema}, pg_temp
    as $$
declare
    first_day date := date_trunc('month', month)::date;
    partition text := 'events_' || to_char(first_day, 'YYYY_MM');
    first_instant timestamptz := first_day::timestamp at time zone 'UTC';
    next_instant timestamptz := (first_day + interval '1 month') at time zone 'UTC';
begin
    perform pg_advisory_xact_lock(hashtext('perennial.events'), 0);
    if to_regclass(format('%I.%I', '${flyway:defaultSchema}', partition)) is null then
        execute format('create table %I (like events including all)', partition);
        execute format('alter table %I enable row level security', partition);
        execute format('alter table events attach partition %I for values from (%L) to (%L)',
            partition, first_instant, next_instant);
    end if;
end
$$;

-- Runs ---------------------------------------------------------------------------------------------------------------

create table runs (
    organization_id uuid        not null references organizations on delete cascade,
    id              uuid        not null,
    kind            text        not null,
    as_of           timestamptz not null,
    status          text        not null default 'running' check (status in ('running', 'completed', 'failed')),
    totals          jsonb,
    failure         text,
    started_at      timestamptz not null,
    finished_at     timestamptz,
    primary key (organization_id, id)
);

create index runs_unfinished on runs (started_at) where status = 'running';
create index runs_by_time on runs (organization_id, started_at desc, id desc);

-- A part of a run: one step over one range of customer ids. A worker claims it by locking its row for as long as the
-- transaction that does the work lives, so the claim of a worker that dies frees itself.
create table run_partitions (
    organization_id uuid     not null,
    run_id          uuid     not null,
    step            smallint not null,
    partition       smallint not null,
    first_customer  uuid     not null,
    last_customer   uuid     not null,
    attempts        smallint not null default 0,
    result          jsonb,
    failure         text,
    finished_at     timestamptz,
    primary key (organization_id, run_id, step, partition),
    foreign key (organization_id, run_id) references runs on delete cascade
);

-- Features -----------------------------------------------------------------------------------------------------------

create table customer_feature (
    organization_id            uuid           not null,
    customer_id                uuid           not null,
    as_of                      timestamptz    not null,
    run_id                     uuid           not null,
    recency_days               double precision not null,
    frequency                  integer        not null,
    monetary                   numeric(19, 4) not null,
    engagement                 double precision not null,
    tenure_days                double precision not null,
    average_order_value        numeric(19, 4),
    inter_purchase_gap_days    double precision,
    trend_30d                  double precision not null,
    transactions_30d           integer        not null,
    transactions_previous_30d  integer        not null,
    transactions_90d           integer        not null,
    amount_30d                 numeric(19, 4) not null,
    amount_previous_30d        numeric(19, 4) not null,
    amount_90d                 numeric(19, 4) not null,
    discounted_transactions    integer        not null,
    refunds                    integer        not null,
    failed_payments_90d        integer        not null,
    events_30d                 integer        not null,
    events_previous_30d        integer        not null,
    events_90d                 integer        not null,
    logins_30d                 integer        not null,
    logins_previous_30d        integer        not null,
    feature_uses_30d           integer        not null,
    feature_uses_previous_30d  integer        not null,
    support_tickets_30d        integer        not null,
    support_tickets_90d        integer        not null,
    days_since_last_event      double precision,
    primary key (organization_id, customer_id)
);

-- Predictions --------------------------------------------------------------------------------------------------------

create table churn_prediction (
    organization_id   uuid          not null,
    customer_id       uuid          not null,
    churn_probability numeric(7, 6) not null check (churn_probability between 0 and 1),
    risk_segment      text          not null generated always as (
        case when churn_probability < 0.3 then 'Low' when churn_probability < 0.5 then 'Medium'
             when churn_probability < 0.7 then 'High' else 'Critical' end) stored,
    model_version     text          not null,
    predicted_at      timestamptz   not null,
    primary key (organization_id, customer_id)
);

-- Segments -----------------------------------------------------------------------------------------------------------

create table segment_assignments (
    organization_id   uuid          not null,
    customer_id       uuid          not null,
    segment           text          not null,
    segment_score     numeric(5, 2) not null,
    recency_score     real          not null,
    frequency_score   real          not null,
    monetary_score    real          not null,
    engagement_score  real          not null,
    churn_probability numeric(7, 6) not null,
    model_version     text          not null,
    run_id            uuid          not null,
    as_of             timestamptz   not null,
    assigned_at       timestamptz   not null,
    -- When the customer came into this segment.
    entered_at        timestamptz   not null,
    primary key (organization_id, customer_id)
);

create index segment_assignments_by_segment on segment_assignments (organization_id, segment, customer_id);

-- A segment that a customer has left, written by the run that moved them; the one they are in is in the table above.
create table segment_history (
    organization_id uuid          not null,
    customer_id     uuid          not null,
    left_at         timestamptz   not null,
    entered_at      timestamptz   not null,
    segment         text          not null,
    segment_score   numeric(5, 2) not null,
    -- The segment that followed; null when the customer was no longer part of the run.
    next_segment    text,
    left_in_run     uuid          not null,
    primary key (organization_id, customer_id, left_at, left_in_run)
);

create index segment_history_by_run on segment_history (organization_id, left_in_run, segment, next_segment, customer_id);

-- Row-level security -------------------------------------------------------------------------------------------------

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['api_keys', 'customers', 'transactions', 'events', 'runs', 'run_partitions',
        'customer_feature', 'churn_prediction', 'segment_assignments', 'segment_history', 'idempotency_keys'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

alter table organizations enable row level security;
create policy tenant on organizations using (id = (select current_organization()));

create policy instance on organizations for select using ((select instance_scope()));
create policy instance on api_keys using ((select instance_scope()));
create policy instance on customers for select using ((select instance_scope()));
create policy instance on runs for select using ((select instance_scope()));
create policy instance on idempotency_keys for delete using ((select instance_scope()));
create policy instance_read on idempotency_keys for select using ((select instance_scope()));
