-- When each firing showed: when its message arrived, or, if that was dropped, when its event happened.
-- Grain:  one row for each step and kind of fault.
-- Keys:   step, kind.
-- Inputs: firing, message (the ledger's), fact, run.
with dated as (
    select firing.kind, message.ingest_time as shown
    from firing
    join message using (message_id)
    union all
    select firing.kind, fact.event_time
    from firing
    join fact using (event_type, fact_row)
    where firing.message_id is null
)
select (epoch_us(shown) - epoch_us(begins)) // step_us as step, kind, count(*) as firings
from dated, run
group by all
order by all
