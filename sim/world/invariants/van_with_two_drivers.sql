-- A van has one driver at a time: no round begins before the last round with the van has ended.
-- Inputs: legs.
with rounds as (
    select vehicle_id, driver_id, departed_time, max(end_time) as back_time
    from legs
    group by vehicle_id, driver_id, departed_time
)
select vehicle_id, driver_id, departed_time, previous_back
from (
    select *, max(back_time) over (
        partition by vehicle_id order by departed_time, back_time rows between unbounded preceding and 1 preceding
    ) as previous_back
    from rounds
)
where departed_time < previous_back
