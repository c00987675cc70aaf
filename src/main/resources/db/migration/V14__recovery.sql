-- Recovery: customers who may leave although they can be kept, what is done about it, and what came of it.

create table recovery_cases (
    organization_id    uuid           not null,
    customer_id        uuid           not null,
    case_id            uuid           not null,
    status             text           not null check (status in ('pending', 'active', 'recovered', 'lost')),
    risk_level         text           not null check (risk_level in ('low', 'medium', 'high', 'critical')),
    -- Recovery risk as it was assessed last, with its factors, as the API writes it. This, segment, tone and total value are
    -- null until the case was assessed for the first time.
    risk               jsonb,
    trigger_type       text           not null check (trigger_type in
        ('payment_failed', 'subscription_cancelled', 'downgrade', 'churn_risk')),
    triggered_at       timestamptz    not null,
    -- What is at stake: the payment that failed, or what is lost in a month.
    amount             numeric(19, 4) check (amount >= 0),
    currency           text           not null check (currency ~ '^[A-Z]{3}$'),
    reason             text,
    failure_id         uuid,
    payment_id         text,
    subscription_id    text,
    attempt_count      integer,
    billing_segment    text           check (billing_segment in
        ('high_value', 'mid_value', 'at_risk', 'standard')),
    messaging_tone     text           check (messaging_tone in
        ('premium', 'professional', 'friendly', 'supportive')),
    priority           smallint       not null check (priority between 1 and 9),
    -- Priority, channels, incentives and timeline, as the API writes them.
    strategy           jsonb          not null,
    -- What the customer is expected to be worth, in the currency of the organization.
    total_value        numeric(19, 4),
    -- Of a hold-out nobody is contacted: they tell what would have happened anyway.
    is_holdout         boolean        not null,
    -- none: nobody has to be asked; waiting, approved, rejected: for the case as a whole.
    approval           text           not null check (approval in ('none', 'waiting', 'approved', 'rejected')),
    -- When it is to be assessed, for the first time or again; null when it was.
    assess_at          timestamptz,
    created_at         timestamptz    not null,
    activated_at       timestamptz,
    -- Until when somebody has to have been in touch; null where nothing is urgent.
    respond_by         timestamptz,
    response_late_at   timestamptz,
    -- When somebody is told, or told again, that the answer is late; null when nobody has to be.
    alert_at           timestamptz,
    first_contact_at   timestamptz,
    -- When it is given up unless the customer stays.
    ends_at            timestamptz,
    recovered_at       timestamptz,
    recovered_by       text           check (recovered_by in ('payment', 'reactivation', 'by_hand')),
    -- In its own currency.
    revenue_recovered  numeric(19, 4),
    lost_at            timestamptz,
    lost_because       text           check (lost_because in ('exhausted', 'subscription_ended', 'rejected', 'by_hand')),
    updated_at         timestamptz    not null,
    -- Counts the changes, for whoever changes what they have read.
    version            integer        not null,
    primary key (organization_id, customer_id, case_id),
    check ((status = 'recovered') = (recovered_at is not null and recovered_by is not null)),
    check ((status = 'lost') = (lost_at is not null and lost_because is not null)),
    check (status <> 'active' or activated_at is not null),
    check (status = 'pending' or num_nulls(risk, billing_segment, messaging_tone, total_value) = 0)
);

-- A customer is won back once at a time; what else happens meanwhile belongs to the same case.
create unique index recovery_cases_open on recovery_cases (organization_id, customer_id)
    where status in ('pending', 'active');
create index recovery_cases_by_id on recovery_cases (case_id);
create index recovery_cases_by_time on recovery_cases (organization_id, created_at desc, case_id desc);
create index recovery_cases_by_failure on recovery_cases (organization_id, failure_id) where failure_id is not null;
create index recovery_cases_to_assess on recovery_cases (assess_at) where assess_at is not null;
create index recovery_cases_to_alert on recovery_cases (alert_at) where alert_at is not null;
create index recovery_cases_to_answer on recovery_cases (respond_by)
    where status in ('pending', 'active') and first_contact_at is null and response_late_at is null;
create index recovery_cases_to_end on recovery_cases (ends_at) where status = 'active';

-- What is done about a case, in order.
create table recovery_steps (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    case_id         uuid        not null,
    step            integer     not null check (step > 0),
    stage           text        not null,
    channel         text        not null check (channel in ('email', 'sms', 'push', 'phone')),
    after_hours     integer     not null check (after_hours >= 0),
    -- planned: until it is due; approval: an operator has to say yes first; done: its message was written; skipped: there is
    -- nothing to say or no way to; cancelled: the case has ended.
    status          text        not null check (status in ('planned', 'approval', 'done', 'skipped', 'cancelled')),
    reason          text,
    due_at          timestamptz not null,
    -- From 1, the most urgent: that of the case.
    priority        smallint    not null,
    leased_until    timestamptz,
    attempts        integer     not null default 0,
    message_id      uuid,
    done_at         timestamptz,
    primary key (organization_id, customer_id, case_id, step)
);

create index recovery_steps_due on recovery_steps (priority, due_at) where status = 'planned';

-- Everything that happened to a case, for people.
create table recovery_case_events (
    organization_id uuid        not null,
    customer_id     uuid        not null,
    case_id         uuid        not null,
    event_id        uuid        not null,
    happened_at     timestamptz not null,
    -- Such as created, triggered_again, activated, step_done, message_sent, approved, response_late, recovered.
    kind            text        not null check (kind ~ '^[a-z][a-z_]{0,49}$'),
    -- Null when the service did it itself.
    actor           text,
    detail          jsonb       not null,
    primary key (organization_id, customer_id, case_id, event_id)
);

create index recovery_case_events_by_time on recovery_case_events (organization_id, customer_id, case_id, happened_at, event_id);

-- What an operator is asked before it is done.
create table recovery_approvals (
    organization_id uuid           not null,
    customer_id     uuid           not null,
    case_id         uuid           not null,
    approval_id     uuid           not null,
    subject         text           not null check (subject in ('case', 'incentive')),
    -- Of an incentive, the step that waits.
    step            integer,
    -- Of an incentive, what it costs at most, in the currency of the organization.
    cost            numeric(19, 4),
    status          text           not null check (status in ('waiting', 'approved', 'rejected', 'obsolete')),
    requested_at    timestamptz    not null,
    decided_at      timestamptz,
    decided_by      text,
    comment         text,
    primary key (organization_id, customer_id, case_id, approval_id),
    check ((status = 'waiting') = (decided_at is null))
);

create index recovery_approvals_by_id on recovery_approvals (approval_id);
create index recovery_approvals_by_time on recovery_approvals (organization_id, requested_at desc, approval_id desc);

-- The last run over the customers' health after which it was looked whose churn risk had risen.
create table churn_risk_looks (
    organization_id uuid        not null primary key references organizations on delete cascade,
    run_id          uuid        not null,
    looked_at       timestamptz not null
);

do $$
declare
    tenant_table text;
begin
    foreach tenant_table in array array['recovery_cases', 'recovery_steps', 'recovery_case_events', 'recovery_approvals',
        'churn_risk_looks'] loop
        execute format('alter table %I enable row level security', tenant_table);
        execute format('create policy tenant on %I using (organization_id = (select current_organization()))',
            tenant_table);
    end loop;
end
$$;

-- Replicas look for steps that are due, answers that are late, and cases that have come to their end.
create policy instance on recovery_cases for select using ((select instance_scope()));
create policy instance on recovery_steps for select using ((select instance_scope()));
-- They look for the organization of what an operator answers, and which organizations watch the churn risk.
create policy instance on recovery_approvals for select using ((select instance_scope()));
create policy instance on recovery_settings for select using ((select instance_scope()));
create policy instance on churn_risk_looks for select using ((select instance_scope()));

-- Whoever holds a key of the instance names a payment failure by its id alone.
create policy instance on payment_failures for select using ((select instance_scope()));
