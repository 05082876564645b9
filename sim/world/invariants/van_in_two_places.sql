-- A van is in one place at a time, and so with one driver: no leg begins before the van's last one has ended.
-- Inputs: legs.
select vehicle_id, driver_id, start_time, previous_end
from (
    select vehicle_id, driver_id, start_time, max(end_time) over (
        partition by vehicle_id order by start_time, end_time rows between unbounded preceding and 1 preceding
    ) as previous_end
    from legs
    where vehicle_id is not null
)
where start_time < previous_end
