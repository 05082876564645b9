-- Parcels that came to the fullest facilities less those that went.
-- Grain:  one row for each facility and step in which that changes, with the change.
-- Keys:   facility_id, step.
-- Inputs: stay, fullest (facilities), run.
with changed as (
    select facility_id, arrived as moment, 1 as change from stay semi join fullest using (facility_id)
    union all
    select facility_id, gone, -1 from stay semi join fullest using (facility_id) where gone is not null
)
select facility_id, (epoch_us(moment) - epoch_us(begins)) // step_us as step, sum(change)::bigint as change
from changed, run
group by all
order by all
