-- How long parcels stay, from arrival to departure scan, in minutes.
-- Grain:  one row for each facility that parcels left, the longest 90 % first.
-- Keys:   facility_id.
-- Inputs: stay.
with stayed as (
    select
        facility_id,
        count(*) as parcels,
        quantile_disc(epoch_us(departed) - epoch_us(arrived), [0.5, 0.9, 0.99]) as us
    from stay
    where departed is not null
    group by facility_id
)
select facility_id, parcels, round(us[1] / 6e7, 1), round(us[2] / 6e7, 1), round(us[3] / 6e7, 1)
from stayed
order by us[2] desc, facility_id
