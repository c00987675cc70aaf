-- Templates of messages: the organizations' own ones, who changed them, and what came of the messages made of them. What an
-- organization has not changed is not here; it comes with the service.

create table message_templates (
    organization_id uuid        not null references organizations on delete cascade,
    -- Trigger, tone, stage, channel and language.
    template        text        not null check (template ~ '^[a-z_]+\.[a-z]+\.[a-z_0-9]+\.[a-z]+\.[a-z0-9-]+$'
        and length(template) <= 120),
    -- Each with its name, its weight, its content and the version since which it has that content.
    variants        jsonb       not null,
    -- False once it was given back: what came with the service is said again.
    is_edited       boolean     not null,
    -- Counts the changes, to tell whether what somebody replaces is what they have read.
    version         integer     not null,
    updated_at      timestamptz not null,
    primary key (organization_id, template)
);

-- Who changed a template, when, and how.
create table message_template_changes (
    organization_id uuid        not null,
    template        text        not null,
    version         integer     not null,
    action          text        not null check (action in ('edited', 'reset')),
    key_id          uuid,
    changed_by      text        not null,
    role            text        not null,
    changed_at      timestamptz not null,
    -- The variants as they were and as they are.
    before          jsonb       not null,
    after           jsonb       not null,
    primary key (organization_id, template, version),
    foreign key (organization_id, template) references message_templates on delete cascade
);

-- What came of a message: each thing once, whatever is heard of it twice.
create table message_outcomes (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    message_id      uuid        not null,
    template        text        not null,
    variant         text        not null,
    -- The version of the template since which the variant says what was sent.
    revision        integer     not null,
    sent_at         timestamptz not null,
    opened_at       timestamptz,
    clicked_at      timestamptz,
    recovered_at    timestamptz,
    primary key (organization_id, customer_id, message_id)
);

create index message_outcomes_by_variant on message_outcomes (organization_id, template, variant, revision)
    include (sent_at, opened_at, clicked_at, recovered_at);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['message_templates', 'message_template_changes', 'message_outcomes'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;
