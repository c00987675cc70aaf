-- The metrics of an analysis are kept as numbers alone: to write their names beside them for each customer takes longer than
-- to compute them. The names are in the result of the first step of the run.
alter table behavior_analysis add column metrics float8[];

update run_partitions p
set result = p.result || jsonb_build_object('metrics', named.metrics)
from (
    select distinct on (organization_id, run_id) organization_id, run_id,
        (select jsonb_agg(key) from jsonb_object_keys(metadata) as key) as metrics
    from behavior_analysis
    order by organization_id, run_id
) named
where p.organization_id = named.organization_id and p.run_id = named.run_id and p.step = 0 and p.partition = 0;

update behavior_analysis set metrics = array(select value::float8 from jsonb_each_text(metadata));

alter table behavior_analysis alter column metrics set not null, drop column metadata;

-- What is too old to be kept: rows come in the order of time, mostly, so a range of blocks has few instants.
create index value_history_by_time on value_history using brin (exited_at) with (autosummarize = on);
create index lifecycle_history_by_time on lifecycle_history using brin (exited_at) with (autosummarize = on);

-- A run writes every row again. Where the page of a row has room for its next version, no index has to hear of it.
alter table behavior_analysis set (fillfactor = 50);
alter table customer_value set (fillfactor = 50);
alter table customer_lifecycle set (fillfactor = 50);
