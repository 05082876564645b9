-- A driver is in one place at a time: no leg begins before the driver's last one has ended.
-- Inputs: legs.
select driver_id, start_time, previous_end
from (
    select driver_id, start_time, max(end_time) over (
        partition by driver_id order by start_time, end_time rows between unbounded preceding and 1 preceding
    ) as previous_end
    from legs
)
where start_time < previous_end
