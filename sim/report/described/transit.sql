-- How long trucks take from gate to gate, and how late 90 % of them leave at most, in minutes.
-- Grain:  one row for each lane, the longest 90 % first. Trips that had not been unloaded when the run ended are missing.
-- Keys:   lane_id.
-- Inputs: linehaul (movements).
with hauled as (
    select
        lane_id,
        any_value(origin_facility_id) as origin_facility_id,
        any_value(destination_facility_id) as destination_facility_id,
        count(*) as trips,
        sum(parcels)::bigint as parcels,
        quantile_disc(epoch_us(arrived_time) - epoch_us(left_time), [0.5, 0.9, 0.99]) as us,
        quantile_disc(epoch_us(left_time) - epoch_us(due_time), 0.9) as late_us
    from linehaul
    group by lane_id
)
select
    lane_id,
    origin_facility_id,
    destination_facility_id,
    trips,
    parcels,
    round(us[1] / 6e7, 1),
    round(us[2] / 6e7, 1),
    round(us[3] / 6e7, 1),
    round(late_us / 6e7, 1)
from hauled
order by us[2] desc, lane_id
