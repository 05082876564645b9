-- Nobody moves faster between two places that a phone reports than a van can, but for how inexact these are.
-- Inputs: location, limits.
select driver_id, event_time, moved_m, seconds
from (
    select
        driver_id, event_time,
        (epoch_us(event_time) - epoch_us(lag(event_time) over driver)) / 1e6 as seconds,
        111320 * sqrt(
            (geo_lat - lag(geo_lat) over driver) ** 2
            + (cos(radians(geo_lat)) * least(
                abs(geo_lon - lag(geo_lon) over driver), 360 - abs(geo_lon - lag(geo_lon) over driver)
            )) ** 2
        ) as moved_m
    from location
    window driver as (partition by driver_id order by event_time)
), limits
where moved_m > 50 + speed_max_kmh / 3.6 * seconds
