-- What a case was when it was first assessed, by which it is told apart in the figures: later assessments follow from what was
-- done for the customer, too.
alter table recovery_cases
    add column first_segment text,
    add column first_risk_level text;

update recovery_cases
set first_segment = billing_segment, first_risk_level = risk_level
where billing_segment is not null;
