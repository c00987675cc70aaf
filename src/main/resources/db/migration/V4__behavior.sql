-- Behavior: what the customers' doings say about them now, and what they said before.

-- From where on an organization takes a measure for a signal, where that is not the default.
create table behavior_thresholds (
    organization_id uuid        not null references organizations on delete cascade,
    signal          text        not null,
    threshold       numeric     not null check (threshold >= 0),
    updated_at      timestamptz not null,
    primary key (organization_id, signal)
);

create table behavior_analysis (
    organization_id  uuid          not null,
    customer_id      uuid          not null,
    -- The industry of the organization when it was analyzed.
    org_type         text          not null,
    behavior_score   numeric(5, 2) not null check (behavior_score between 0 and 100),
    -- increasing, stable, declining, or unknown when there is nothing to compare.
    activity_trend   text          not null,
    value_trend      text          not null,
    engagement_trend text          not null,
    -- Names of the signals that were found, and what to do about them, in the same order.
    risk_signals     jsonb         not null,
    recommendations  jsonb         not null,
    -- The metrics of the industry, by their names.
    metadata         jsonb         not null,
    run_id           uuid          not null,
    -- Only data up to this instant counted.
    as_of            timestamptz   not null,
    analyzed_at      timestamptz   not null,
    primary key (organization_id, customer_id)
);

create table behavior_history (
    organization_id  uuid          not null,
    customer_id      uuid          not null,
    as_of            timestamptz   not null,
    run_id           uuid          not null,
    analyzed_at      timestamptz   not null,
    behavior_score   numeric(5, 2) not null,
    activity_trend   text          not null,
    value_trend      text          not null,
    engagement_trend text          not null,
    risk_signals     jsonb         not null,
    primary key (organization_id, customer_id, as_of)
);

-- What is too old to be kept: rows come in the order of time, mostly, so a range of blocks has few instants.
create index behavior_history_by_time on behavior_history using brin (as_of) with (autosummarize = on);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['behavior_thresholds', 'behavior_analysis', 'behavior_history'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;
