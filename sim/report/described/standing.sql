-- How many parcels stand at a facility: the highest count and its first moment, and the count when the run ends.
-- Grain:  one row for each facility that a parcel came to, the fullest first.
-- Keys:   facility_id.
-- Inputs: stay.
with step as (
    select facility_id, arrived as moment, 1 as change from stay
    union all
    select facility_id, gone, -1 from stay where gone is not null
),
net as (
    select facility_id, moment, sum(change) as change
    from step
    group by all
),
standing as (
    select facility_id, moment, change, sum(change) over (partition by facility_id order by moment)::bigint as parcels
    from net
)
select
    facility_id,
    max(parcels) as parcels_max,
    strftime(arg_max(moment, (parcels, -epoch_us(moment))), '%Y-%m-%d %H:%M'),
    sum(change)::bigint
from standing
group by facility_id
order by parcels_max desc, facility_id
