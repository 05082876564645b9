-- What gateways measure is possible: speeds of a van, a tank that is not empty on the way, cold cargo.
-- Inputs: telemetry, limits.
select vehicle_id, event_time, speed_kmh, fuel_pct, battery_pct, temperature_c
from telemetry, limits
where speed_kmh not between 0 and speed_max_kmh
    or fuel_pct not between 0 and 100
    or battery_pct not between 0 and 100
    or temperature_c not between 1.5 and 8.5
