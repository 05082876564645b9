-- How long trucks wait for a dock, in minutes, and how many at most wait at once, with the first moment of that.
-- Grain:  one row for each facility that trucks come to, the longest 90 % first. Trucks that had not been unloaded when the
--         run ended are missing.
-- Keys:   facility_id.
-- Inputs: linehaul (movements).
with waited as (
    select
        destination_facility_id as facility_id,
        count(*) as trucks,
        quantile_disc(epoch_us(docked_time) - epoch_us(arrived_time), [0.5, 0.9, 0.99]) as us
    from linehaul
    group by facility_id
),
step as (
    select destination_facility_id as facility_id, arrived_time as moment, 1 as change from linehaul
    union all
    select destination_facility_id, docked_time, -1 from linehaul
),
net as (
    select facility_id, moment, sum(change) as change
    from step
    group by all
),
standing as (
    select facility_id, moment, sum(change) over (partition by facility_id order by moment)::bigint as trucks
    from net
),
peak as (
    select facility_id, trucks, moment
    from standing
    qualify row_number() over (partition by facility_id order by trucks desc, moment) = 1
)
select
    facility_id,
    waited.trucks,
    round(us[1] / 6e7, 1),
    round(us[2] / 6e7, 1),
    round(us[3] / 6e7, 1),
    peak.trucks,
    if(peak.trucks > 0, strftime(peak.moment, '%Y-%m-%d %H:%M'), null)
from waited
join peak using (facility_id)
order by us[2] desc, facility_id
