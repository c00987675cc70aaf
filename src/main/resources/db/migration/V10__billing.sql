-- Billing: what outside systems say about subscriptions and payments, and what follows from it.

-- The id that is derived from a scope and a text, as the service derives the ids of customers and transactions: a UUID of
-- version 8 made of the SHA-256 of both.
create function derived_id(scope uuid, name text) returns uuid
    language sql immutable strict parallel safe
    as $$
        select encode(set_byte(set_byte(substring(hash for 16),
            6, (get_byte(hash, 6) & 15) | 128), 8, (get_byte(hash, 8) & 63) | 128), 'hex')::uuid
        from (select sha256(uuid_send(scope) || convert_to(name, 'UTF8')) as hash) hashed
    $$;

-- Every event that was told, once. The ones that were taken are also the facts that subscriptions and payments are folded
-- from, in the order in which they occurred and not in which they came, so that the order of delivery makes no difference.
create table webhook_events (
    organization_id uuid        not null,
    -- Derived from the source and its id of the event.
    id              uuid        not null,
    source          text        not null check (source in ('perennial', 'stripe', 'api')),
    event_id        text        not null,
    -- As the source calls it.
    event_type      text        not null,
    -- received: only within the transaction that brings it in; parked: until its customer is known.
    status          text        not null check (status in
        ('received', 'applied', 'stale', 'parked', 'ignored', 'refused')),
    reason          text,
    received_at     timestamptz not null,
    settled_at      timestamptz,
    -- What it says; null when it is not of interest, or was refused.
    fact            text,
    event           jsonb,
    occurred_at     timestamptz,
    -- Among events of the same instant, the later one.
    precedence      integer,
    -- The customer as the source calls them, and who that is; while the event is parked, who it would be.
    customer        text,
    customer_id     uuid,
    -- What it is about: a subscription, a payment or a payment method of the customer.
    subject         text,
    -- The same for events that say the same of their subject; null when each says something of its own.
    statement       text,
    -- As it came, only of an event that was refused, so that it can be tried again.
    body            text,
    primary key (organization_id, id),
    check (status in ('ignored', 'refused')
        or num_nulls(fact, event, occurred_at, precedence, customer, customer_id, subject) = 0)
);

create index webhook_events_by_time on webhook_events (organization_id, received_at desc, id desc);
create index webhook_events_by_subject on webhook_events (organization_id, customer_id, subject);
create index webhook_events_received on webhook_events (organization_id, occurred_at, precedence, id)
    where status = 'received';
create index webhook_events_unsettled on webhook_events (organization_id, status, received_at desc, id desc)
    where status in ('parked', 'ignored', 'refused');

-- Stripe's id of a customer, where the organization has said it with the customer.
alter table customers
    add column stripe_customer_id text generated always as (attributes->>'stripe_customer_id') stored;

create index customers_by_stripe_id on customers (organization_id, stripe_customer_id)
    where stripe_customer_id is not null;

-- The customer whom an event means: by the organization's own id, or by Stripe's. Null when there is none.
create function customer_of_event(organization uuid, source text, name text, derived uuid) returns uuid
    language sql stable parallel safe
    as $$
        select coalesce(
            (select customer_id from customers where organization_id = $1 and customer_id = $4),
            case $2 when 'stripe' then (
                select customer_id from customers where organization_id = $1 and stripe_customer_id = $3
                order by customer_id limit 1) end)
    $$;

create table subscriptions (
    organization_id     uuid           not null,
    customer_id         uuid           not null,
    subscription_id     text           not null,
    status              text           not null check (status in
        ('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'cancelled')),
    plan                text,
    -- Orders the plans of an organization: a lower tier is a lesser plan.
    tier                integer,
    -- What a period costs.
    amount              numeric(19, 4) check (amount >= 0),
    currency            text           check (currency ~ '^[A-Z]{3}$'),
    billing_interval    text           check (billing_interval in ('day', 'week', 'month', 'year')),
    interval_count      integer        check (interval_count > 0),
    monthly_amount      numeric(19, 4) generated always as (round(amount / interval_count * case billing_interval
        when 'day' then 365.0 / 12 when 'week' then 365.0 / 7 / 12 when 'month' then 1 when 'year' then 1.0 / 12 end, 4)) stored,
    started_at          timestamptz    not null,
    current_period_end  timestamptz,
    will_renew          boolean        not null,
    -- When the customer said so, and when it ends.
    cancelled_at        timestamptz,
    ends_at             timestamptz,
    cancellation_reason text,
    -- The latest that is known of it.
    last_event_at       timestamptz    not null,
    primary key (organization_id, customer_id, subscription_id)
);

create table payment_failures (
    organization_id uuid           not null,
    customer_id     uuid           not null,
    -- What was to be paid, such as an invoice: the same for every attempt.
    payment_id      text           not null,
    -- Derived from the customer and the payment.
    failure_id      uuid           not null,
    subscription_id text,
    amount          numeric(19, 4) not null check (amount >= 0),
    currency        text           not null check (currency ~ '^[A-Z]{3}$'),
    attempt_count   integer        not null check (attempt_count > 0),
    reason          text,
    first_failed_at timestamptz    not null,
    last_failed_at  timestamptz    not null,
    next_attempt_at timestamptz,
    status          text           not null check (status in ('open', 'recovered')),
    recovered_at    timestamptz,
    last_event_at   timestamptz    not null,
    primary key (organization_id, customer_id, payment_id),
    check ((status = 'recovered') = (recovered_at is not null))
);

create index payment_failures_by_id on payment_failures (organization_id, failure_id);

-- Payments that succeeded.
create table payments (
    organization_id uuid           not null,
    customer_id     uuid           not null,
    payment_id      text           not null,
    subscription_id text,
    amount          numeric(19, 4) not null check (amount >= 0),
    currency        text           not null check (currency ~ '^[A-Z]{3}$'),
    paid_at         timestamptz    not null,
    primary key (organization_id, customer_id, payment_id)
);

-- What customers pay with, where it is known to end.
create table payment_methods (
    organization_id   uuid        not null,
    customer_id       uuid        not null,
    payment_method_id text        not null,
    expires_at        timestamptz not null,
    noted_at          timestamptz not null,
    primary key (organization_id, customer_id, payment_method_id)
);

-- What an organization wants otherwise than it begins with.
create table billing_settings (
    organization_id           uuid        not null primary key references organizations on delete cascade,
    payments_are_transactions boolean     not null,
    cancellations_are_events  boolean     not null,
    updated_at                timestamptz not null
);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['webhook_events', 'subscriptions', 'payment_failures', 'payments', 'payment_methods',
        'billing_settings'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

-- Replicas look for parked events whose customers have come, and for events that nobody needs any more.
create policy instance on webhook_events for select using ((select instance_scope()));
create policy instance_forget on webhook_events for delete using (
    (select instance_scope()) and status in ('ignored', 'refused'));
