-- Offers: what an organization can offer to its customers, what was accepted and spent, and where offers come from.

create table offers (
    organization_id    uuid           not null references organizations on delete cascade,
    offer_id           integer        not null check (offer_id >= 0),
    name               text           not null check (length(name) between 1 and 255),
    description        text           not null,
    category           text           not null check (length(category) between 1 and 50),
    is_active          boolean        not null default true,
    -- Null for customers of every stage.
    lifecycle_stage    text           check (lifecycle_stage in
        ('acquisition', 'onboarding', 'growth', 'retention', 'win_back', 'churn')),
    -- Null for customers of every segment.
    target_segment     text           check (length(target_segment) between 1 and 50),
    min_customer_value numeric(19, 4) check (min_customer_value >= 0),
    max_customer_value numeric(19, 4),
    -- What one acceptance costs, and what it earns before that, in the currency of the organization.
    cost               numeric(19, 4) not null default 0 check (cost >= 0),
    margin             numeric(19, 4) not null default 0,
    -- What may be spent in a month of the organization's time zone; null without end.
    monthly_budget     numeric(19, 4) check (monthly_budget >= 0),
    -- How often it may be accepted in all; null without end.
    redemption_limit   integer        check (redemption_limit >= 0),
    redemptions        integer        not null default 0 check (redemptions >= 0),
    consent_needed     boolean        not null default false,
    -- Not for a customer who was made so many offers, of any kind, in so many days.
    contact_limit      integer        check (contact_limit > 0),
    contact_limit_days integer        check (contact_limit_days > 0),
    -- Empty for every industry.
    industries         text[]         not null default '{}',
    external_offer_id  text,
    external_system    text,
    last_synced        timestamptz,
    -- What the outside system last said: a field that differs from it was edited here.
    synced_values      jsonb,
    -- Counts the changes, to tell whether what somebody replaces is what they have read.
    version            integer        not null default 1,
    created_at         timestamptz    not null,
    updated_at         timestamptz    not null,
    primary key (organization_id, offer_id),
    check (min_customer_value <= max_customer_value),
    check ((contact_limit is null) = (contact_limit_days is null)),
    check ((external_offer_id is null) = (external_system is null))
);

create unique index offers_by_external_id on offers (organization_id, external_system, external_offer_id)
    where external_offer_id is not null;

-- Who changed an offer, when, and how: the fields that differ, as they were and as they are.
create table offer_changes (
    organization_id uuid        not null,
    offer_id        integer     not null,
    version         integer     not null,
    action          text        not null check (action in ('created', 'replaced', 'deactivated', 'synced')),
    -- Null when nobody asked for it: a synchronisation on schedule.
    key_id          uuid,
    changed_by      text        not null,
    role            text,
    changed_at      timestamptz not null,
    before          jsonb       not null,
    after           jsonb       not null,
    primary key (organization_id, offer_id, version),
    foreign key (organization_id, offer_id) references offers on delete cascade
);

-- What was accepted. A customer accepts an offer once.
create table offer_redemptions (
    organization_id uuid           not null,
    customer_id     uuid           not null,
    offer_id        integer        not null,
    redemption_id   uuid           not null,
    cost            numeric(19, 4) not null,
    redeemed_at     timestamptz    not null,
    primary key (organization_id, customer_id, offer_id)
);

create index offer_redemptions_by_offer on offer_redemptions (organization_id, offer_id, customer_id);

-- What the acceptances of a month have cost.
create table offer_spending (
    organization_id uuid           not null,
    offer_id        integer        not null,
    -- The first day of the month in the time zone of the organization.
    month           date           not null,
    redemptions     integer        not null check (redemptions > 0),
    spent           numeric(19, 4) not null check (spent >= 0),
    primary key (organization_id, offer_id, month),
    foreign key (organization_id, offer_id) references offers on delete cascade
);

-- When a customer was made an offer, for the limits of contacts.
create table offer_contacts (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    contacted_at    timestamptz not null,
    offer_id        integer     not null,
    primary key (organization_id, customer_id, contacted_at, offer_id)
);

-- Outside systems that offers come from.
create table offer_sync_sources (
    organization_id  uuid        not null references organizations on delete cascade,
    -- Names the source; its offers carry it as their external system.
    system           text        not null check (system ~ '^[a-z][a-z0-9_]{0,49}$'),
    url              text        not null,
    -- How its pages follow each other and where its fields are.
    paging           jsonb       not null,
    mapping          jsonb       not null,
    auth             text        not null check (auth in ('none', 'bearer', 'basic')),
    username         text,
    -- The environment variable that holds the secret. The secret itself is stored nowhere.
    secret_reference text,
    -- Null when it is asked only when somebody says so.
    every_minutes    integer     check (every_minutes between 1 and 44640),
    enabled          boolean     not null default true,
    -- What it was when it was last taken over: a source that has not changed since says so.
    etag             text,
    next_sync_at     timestamptz,
    last_attempt_at  timestamptz,
    last_synced_at   timestamptz,
    last_outcome     jsonb,
    last_failure     text,
    version          integer     not null default 1,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    primary key (organization_id, system)
);

create index offer_sync_sources_due on offer_sync_sources (next_sync_at) where enabled and next_sync_at is not null;

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['offers', 'offer_changes', 'offer_redemptions', 'offer_spending', 'offer_contacts',
        'offer_sync_sources'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

-- Replicas look for sources that are due.
create policy instance on offer_sync_sources for select using ((select instance_scope()));

-- The catalog that an organization begins with -------------------------------------------------------------------------

create table default_offers (
    offer_id           integer        not null primary key,
    name               text           not null,
    description        text           not null,
    category           text           not null,
    lifecycle_stage    text           not null,
    target_segment     text,
    cost               numeric(19, 4) not null,
    margin             numeric(19, 4) not null,
    monthly_budget     numeric(19, 4),
    consent_needed     boolean        not null,
    contact_limit      integer        not null,
    contact_limit_days integer        not null
);

insert into default_offers (offer_id, name, description, category, lifecycle_stage, target_segment, cost, margin,
    monthly_budget, consent_needed, contact_limit, contact_limit_days)
values
    (0, 'Welcome points',
        'Bonus points for the first purchase or the first use, so that a new customer has a reason to come back.',
        'points', 'acquisition', 'new', 5, 15, 2000, false, 3, 30),
    (1, 'Personal first steps',
        'A guided start with a person or a short course: set up, the first success, an answer to the first question.',
        'service', 'onboarding', null, 8, 25, 1600, false, 3, 30),
    (2, 'Early access',
        'New products and features before everybody else has them, with a direct line for feedback.',
        'access', 'growth', 'high_value', 2, 30, null, false, 2, 30),
    (3, 'Double points',
        'Twice the points on everything for thirty days, to make a habit of what has begun well.',
        'points', 'growth', null, 6, 18, 3000, false, 2, 30),
    (4, 'Loyalty discount',
        'Ten percent off the next purchase or bill, as thanks for staying.',
        'discount', 'retention', null, 10, 35, 4000, false, 2, 30),
    (5, 'Personal care',
        'A named contact and priority support for twelve months, for customers whose loss would hurt most.',
        'service', 'retention', 'high_value', 25, 120, 5000, false, 2, 30),
    (6, 'Stay-with-us credit',
        'A credit on the account after a personal call that asks what went wrong and puts it right.',
        'credit', 'retention', 'at_risk', 20, 60, 4000, false, 2, 30),
    (7, 'Welcome back',
        'Twenty percent off for a customer who comes back within two weeks.',
        'discount', 'win_back', null, 15, 40, 3000, true, 1, 30);

create function add_default_offers() returns trigger
    language plpgsql
    as $$
begin
    insert into offers (organization_id, offer_id, name, description, category, lifecycle_stage, target_segment, cost, margin,
        monthly_budget, consent_needed, contact_limit, contact_limit_days, created_at, updated_at)
    select new.id, offer_id, name, description, category, lifecycle_stage, target_segment, cost, margin,
        monthly_budget, consent_needed, contact_limit, contact_limit_days, new.created_at, new.created_at
    from default_offers;
    return null;
end
$$;

create trigger default_offers after insert on organizations
    for each row execute function add_default_offers();

insert into offers (organization_id, offer_id, name, description, category, lifecycle_stage, target_segment, cost, margin,
    monthly_budget, consent_needed, contact_limit, contact_limit_days, created_at, updated_at)
select o.id, d.offer_id, d.name, d.description, d.category, d.lifecycle_stage, d.target_segment, d.cost, d.margin,
    d.monthly_budget, d.consent_needed, d.contact_limit, d.contact_limit_days, now(), now()
from organizations o
cross join default_offers d;
