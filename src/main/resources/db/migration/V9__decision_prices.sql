-- What each of the eligible offers cost and would have earned before that when it was decided, in their order: the catalog
-- changes, and what is learned from a decision is what was known then. Null of decisions from before this was logged.
alter table offer_decisions
    add column costs numeric(19, 4)[],
    add column margins numeric(19, 4)[],
    add check (cardinality(costs) = cardinality(eligible)),
    add check (cardinality(margins) = cardinality(eligible));

comment on column offer_decisions.offer_id is
    'Null when nothing was offered: to customers of the hold-out group, where nothing was eligible, and where nothing that was
    eligible was worth what it costs; what the propensities then lack of 1 is the probability of that.';
