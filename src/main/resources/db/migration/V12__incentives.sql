-- Incentives: how customers in trouble are told apart, what they are offered for staying, and what that may cost.

-- What an organization wants otherwise than it begins with, by topic: billing_segments, retention_offers.
create table recovery_settings (
    organization_id uuid        not null references organizations on delete cascade,
    topic           text        not null check (topic ~ '^[a-z][a-z_]{0,49}$'),
    settings        jsonb       not null,
    updated_at      timestamptz not null,
    primary key (organization_id, topic)
);

-- What the customers of an organization can use, of which the usage of one of them is a share.
create table product_features (
    organization_id uuid        not null primary key references organizations on delete cascade,
    features        text[]      not null,
    -- Null when it was said and not found in the events.
    counted_at      timestamptz
);

-- What incentives may cost, in the currency of the organization.
create table incentive_budgets (
    organization_id      uuid           not null primary key references organizations on delete cascade,
    -- Null without end.
    monthly_budget       numeric(19, 4) check (monthly_budget >= 0),
    case_budget          numeric(19, 4) check (case_budget >= 0),
    -- Of what a customer is expected to be worth, 0..1.
    lifetime_value_share numeric(5, 4)  not null check (lifetime_value_share between 0 and 1),
    updated_at           timestamptz    not null
);

-- What incentives of a month cost: promised and not yet redeemed, and redeemed.
create table incentive_spending (
    organization_id uuid           not null references organizations on delete cascade,
    -- The first day of the month in which it was promised, in the time zone of the organization.
    month           date           not null,
    reserved        numeric(19, 4) not null check (reserved >= 0),
    spent           numeric(19, 4) not null check (spent >= 0),
    primary key (organization_id, month)
);

create table retention_offers (
    organization_id    uuid           not null,
    customer_id        uuid           not null,
    retention_offer_id uuid           not null,
    case_id            uuid           not null,
    stage              text           not null check (stage in
        ('dunning_1', 'dunning_2', 'dunning_3', 'dunning_4', 'dunning_5')),
    occasion           text           not null check (occasion in ('stage', 'escalation', 'loyalty', 'bonus')),
    offer_type         text           not null check (offer_type in
        ('discount', 'payment_plan', 'feature_upgrade', 'grace_period', 'account_credit')),
    segment            text           not null check (segment in ('high_value', 'mid_value', 'at_risk', 'standard')),
    -- What it is redeemed by.
    code               text           not null,
    -- As the API writes it.
    offer              jsonb          not null,
    -- What it costs at most, in the currency of the organization, and the month whose budget that is taken from.
    cost               numeric(19, 4) not null check (cost >= 0),
    month              date           not null,
    -- replaced: by one of a later stage; withdrawn: with the end of its case.
    status             text           not null check (status in ('open', 'redeemed', 'expired', 'replaced', 'withdrawn')),
    made_at            timestamptz    not null,
    valid_until        timestamptz    not null,
    redeemed_at        timestamptz,
    -- When it could no longer be redeemed.
    closed_at          timestamptz,
    primary key (organization_id, customer_id, retention_offer_id),
    unique (organization_id, customer_id, case_id, stage, occasion, offer_type),
    check ((status = 'redeemed') = (redeemed_at is not null)),
    check ((status = 'open') = (closed_at is null))
);

create index retention_offers_by_code on retention_offers (organization_id, code);
create index retention_offers_open on retention_offers (valid_until) where status = 'open';

-- What was promised to a customer who is erased is free again.
create function release_erased_offer() returns trigger
    language plpgsql
    as $$
begin
    update incentive_spending set reserved = reserved - old.cost
    where organization_id = old.organization_id and month = old.month;
    return null;
end
$$;

create trigger release_erased_offer after delete on retention_offers
    for each row when (old.status = 'open' and old.cost > 0) execute function release_erased_offer();

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['recovery_settings', 'product_features', 'incentive_budgets', 'incentive_spending',
        'retention_offers'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

-- Replicas look for offers that have expired.
create policy instance on retention_offers for select using ((select instance_scope()));
