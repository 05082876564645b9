-- Parcels that were booked less those delivered or returned.
-- Grain:  one row for each step in which that changes, with the change.
-- Keys:   step.
-- Inputs: shipment, run.
with changed as (
    select booked as moment, 1 as change from shipment
    union all
    select ended, -1 from shipment where ended is not null
)
select (epoch_us(moment) - epoch_us(begins)) // step_us as step, sum(change)::bigint as change
from changed, run
group by step
order by step
