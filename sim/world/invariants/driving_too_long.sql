-- Nobody drives for longer in one shift than the law allows.
-- Inputs: legs, duty, limits.
with drives as (
    select legs.driver_id, shift.event_time as shift_start, epoch_us(end_time) - epoch_us(start_time) as driven_us
    from legs
    asof join (from duty where status = 'on_shift') as shift
        on legs.driver_id = shift.driver_id and legs.start_time >= shift.event_time
    where kind = 'drive'
)
select driver_id, shift_start, sum(driven_us) as driven_us
from drives, limits
group by driver_id, shift_start, driving_max_us
having sum(driven_us) > driving_max_us
