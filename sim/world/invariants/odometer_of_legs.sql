-- A van's odometer counts what it drives: each leg begins with what the last one ended with.
-- Inputs: legs.
select vehicle_id, start_time, odometer_m, expected_m
from (
    select vehicle_id, start_time, odometer_m, lag(odometer_m + length_m) over (
        partition by vehicle_id order by start_time, end_time
    ) as expected_m
    from legs
    where vehicle_id is not null
)
where odometer_m <> expected_m or odometer_m < 0
