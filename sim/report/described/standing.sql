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
    select
        facility_id,
        moment,
        sum(change) over (partition by facility_id order by moment)::bigint as parcels,
        sum(change) over (partition by facility_id)::bigint as at_end
    from net
)
select facility_id, parcels, strftime(moment, '%Y-%m-%d %H:%M'), at_end
from standing
qualify row_number() over (partition by facility_id order by parcels desc, moment) = 1
order by parcels desc, facility_id
