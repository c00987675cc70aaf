-- Decisions: which offer was chosen for whom, how likely that had been, and what came of it.

create table offer_decisions (
    organization_id uuid             not null,
    customer_id     uuid             not null,
    decision_id     uuid             not null,
    decided_at      timestamptz      not null,
    -- The run that has decided for everybody; null when somebody asked for one customer.
    run_id          uuid,
    -- What has chosen, such as nbo-3 or popularity-1.
    policy          text             not null check (policy in ('nbo', 'popularity')),
    policy_version  text             not null,
    -- Null when nothing was offered: to customers of the hold-out group, and where nothing was eligible.
    offer_id        integer,
    held_out        boolean          not null,
    -- Whether the offer was drawn by one member or evenly, and not what all members together take for the best.
    explored        boolean          not null,
    propensity      double precision check (propensity > 0 and propensity <= 1),
    -- The offers that could have been chosen, how likely the customer accepts each, and how likely each was to be chosen.
    eligible        integer[]        not null,
    probabilities   real[]           not null,
    propensities    double precision[] not null,
    -- What was known of the customer, in the order of the features; null where something was not.
    features        real[]           not null,
    -- Tells features of other names or another order apart.
    feature_schema  integer          not null,
    -- What keeping the customer was worth, null when not known, and what the offer cost, in the currency of the organization.
    value           numeric(19, 4),
    cost            numeric(19, 4),
    -- Null when nothing was offered.
    outcome         text             check (outcome in ('pending', 'shown', 'accepted', 'declined', 'ignored')),
    shown_at        timestamptz,
    answered_at     timestamptz,
    primary key (organization_id, customer_id, decision_id),
    check ((offer_id is null) = (outcome is null)),
    check ((offer_id is null) = (propensity is null)),
    check (offer_id is null or not held_out),
    check (cardinality(eligible) = cardinality(probabilities) and cardinality(eligible) = cardinality(propensities))
);

-- What is learned from and judged by: the newest that are over.
create index offer_decisions_by_time on offer_decisions (organization_id, decided_at desc, decision_id)
    where offer_id is not null;

-- What may have been ignored by now.
create index offer_decisions_open on offer_decisions (organization_id, decided_at)
    where outcome in ('pending', 'shown');

alter table offer_decisions enable row level security;
create policy tenant on offer_decisions using (organization_id = (select current_organization()));
