-- Outreach: who may be written to, what waits to be sent, and what came of it.

-- How an organization writes to its customers, where it wants it otherwise than it begins with.
create table outreach_settings (
    organization_id uuid        not null primary key references organizations on delete cascade,
    settings        jsonb       not null,
    updated_at      timestamptz not null
);

-- What customers have said about being contacted by a channel; 'all' refused is do-not-contact.
create table contact_consents (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    channel         text        not null check (channel in ('all', 'email', 'sms', 'push', 'phone')),
    status          text        not null check (status in ('granted', 'refused')),
    -- Where it was said: api, unsubscribe_link, one_click, complaint, sms_stop.
    source          text        not null check (source ~ '^[a-z][a-z_]{0,49}$'),
    noted_at        timestamptz not null,
    primary key (organization_id, customer_id, channel)
);

-- Addresses that are not written to any more, whoever's they are. Only their SHA-256 is kept.
create table suppressed_addresses (
    organization_id uuid        not null references organizations on delete cascade,
    channel         text        not null check (channel in ('email', 'sms', 'push')),
    address_hash    bytea       not null,
    reason          text        not null check (reason in ('hard_bounce', 'complaint', 'unregistered', 'by_hand')),
    noted_at        timestamptz not null,
    primary key (organization_id, channel, address_hash)
);

-- Devices that push messages go to.
create table push_devices (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    token           text        not null check (length(token) between 1 and 1024),
    noted_at        timestamptz not null,
    primary key (organization_id, customer_id, token)
);

-- A device has one owner at a time.
create index push_devices_by_token on push_devices (organization_id, token);

-- What is to be sent and what was: put here in the transaction of the decision that caused it, and sent by whichever replica
-- claims it.
create table outreach_messages (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    -- Derived from the organization and what whoever wrote it calls it, so that it is written once.
    message_id      uuid        not null,
    channel         text        not null check (channel in ('email', 'sms', 'push', 'phone')),
    -- pending: to be sent, or sent again; sent: taken by the channel; withheld: the customer may not be written to;
    -- cancelled: no longer wanted; dead: given up, until somebody replays it.
    status          text        not null check (status in ('pending', 'sent', 'withheld', 'cancelled', 'dead')),
    reason          text,
    -- From 1, the most urgent.
    priority        smallint    not null check (priority between 1 and 9),
    -- What it belongs to, such as a recovery case: of one customer's messages with the same one, an earlier place goes first.
    thread_id       uuid        not null,
    place           integer     not null,
    subject         text,
    text            text        not null,
    html            text,
    unsubscribe_url text,
    template        text        not null,
    variant         text        not null,
    revision        integer     not null,
    created_at      timestamptz not null,
    -- When it is next tried: after its time, the quiet hours and the pause after a failure.
    due_at          timestamptz not null,
    attempts        integer     not null default 0,
    -- Since when the channel has not taken it whenever it was tried.
    failing_since   timestamptz,
    -- While a replica is sending it.
    leased_until    timestamptz,
    -- As the channel calls it.
    provider_id     text,
    sent_at         timestamptz,
    delivered_at    timestamptz,
    opened_at       timestamptz,
    clicked_at      timestamptz,
    bounced_at      timestamptz,
    -- When it was known that it will not be sent.
    closed_at       timestamptz,
    primary key (organization_id, customer_id, message_id),
    check ((status = 'sent') = (sent_at is not null)),
    check ((status in ('withheld', 'cancelled', 'dead')) = (closed_at is not null))
);

create index outreach_messages_due on outreach_messages (channel, priority, due_at) where status = 'pending';
create index outreach_messages_pending on outreach_messages (organization_id, customer_id, thread_id, place)
    where status = 'pending';
create index outreach_messages_by_time on outreach_messages (organization_id, created_at desc, message_id desc);
create index outreach_messages_by_id on outreach_messages (organization_id, message_id);
create index outreach_messages_by_thread on outreach_messages (organization_id, thread_id, place);
create index outreach_messages_by_provider on outreach_messages (organization_id, channel, provider_id)
    where provider_id is not null;
create index outreach_messages_by_customer on outreach_messages (organization_id, customer_id, sent_at)
    where status = 'sent';

-- What the links in messages stand for. The token in a link is the id and its signature, which is not kept here.
create table outreach_links (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    link_id         bytea       not null,
    kind            text        not null check (kind in ('action', 'unsubscribe', 'pixel')),
    message_id      uuid        not null,
    -- Where it leads on the organization's site.
    path            text,
    created_at      timestamptz not null,
    expires_at      timestamptz not null,
    primary key (organization_id, customer_id, link_id)
);

create index outreach_links_by_id on outreach_links (link_id);
create index outreach_links_expired on outreach_links (expires_at);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['outreach_settings', 'contact_consents', 'suppressed_addresses', 'push_devices',
        'outreach_messages', 'outreach_links'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

-- Replicas look for messages that are due, and whose link was followed.
create policy instance on outreach_messages for select using ((select instance_scope()));
create policy instance on outreach_links for select using ((select instance_scope()));
create policy instance_forget on outreach_links for delete using ((select instance_scope()));
