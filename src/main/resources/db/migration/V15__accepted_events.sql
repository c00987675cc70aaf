-- Webhooks are answered when they are recorded, and settled in a moment.

-- accepted: recorded, until it is settled; received: only within the transaction that settles it; parked: until its customer is
-- known; failed: could not be settled because something went wrong in the service.
alter table webhook_events
    drop constraint webhook_events_status_check,
    add constraint webhook_events_status_check check (status in
        ('accepted', 'received', 'applied', 'stale', 'parked', 'failed', 'ignored', 'refused'));

create index webhook_events_accepted on webhook_events (organization_id, received_at, id)
    where status = 'accepted';

drop index webhook_events_unsettled;
create index webhook_events_unsettled on webhook_events (organization_id, status, received_at desc, id desc)
    where status in ('parked', 'failed', 'ignored', 'refused');
