-- Planned firings of faults, with the longest that one kept a message back, in seconds.
-- Grain:  one row for each fault and kind of firing.
-- Keys:   fault_id, kind.
-- Inputs: firing (the ledger's).
select
    fault_id,
    kind,
    count(*) as firings,
    count_if(message_id is null) as dropped,
    count(root_cause) as with_root_cause,
    round(max(held_us) / 1e6, 1) as held_s_max
from firing
group by all
order by all
