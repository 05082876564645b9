-- No reading of an odometer is below the van's last one.
-- Inputs: telemetry.
select vehicle_id, event_time, odometer_km, previous_km
from (
    select vehicle_id, event_time, odometer_km, lag(odometer_km) over (
        partition by vehicle_id order by event_time
    ) as previous_km
    from telemetry
)
where odometer_km < previous_km
