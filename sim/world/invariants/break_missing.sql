-- Nobody drives for longer without a break than the law allows: a break is any time away from the wheel as long as one.
-- Inputs: legs, limits.
with drives as (
    select
        driver_id, start_time, end_time,
        coalesce(epoch_us(start_time) - epoch_us(lag(end_time) over driver) >= break_length_us, true) as rested
    from legs, limits
    where kind = 'drive'
    window driver as (partition by driver_id order by start_time)
), stretches as (
    select *, count_if(rested) over (partition by driver_id order by start_time) as stretch
    from drives
)
select driver_id, min(start_time) as since, sum(epoch_us(end_time) - epoch_us(start_time)) as driven_us
from stretches, limits
group by driver_id, stretch, break_after_us
having sum(epoch_us(end_time) - epoch_us(start_time)) > break_after_us
