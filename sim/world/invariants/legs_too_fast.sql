-- Nobody drives faster than a van can: by the length of a leg, or by the distance of its ends (kilometres on a sphere).
-- Inputs: legs, limits.
select vehicle_id, start_time, end_time, length_m, crow_m
from (
    select *, 2 * 6371009 * asin(least(1, sqrt(
        sin(radians(destination_lat - origin_lat) / 2) ** 2
        + cos(radians(origin_lat)) * cos(radians(destination_lat))
        * sin(radians(destination_lon - origin_lon) / 2) ** 2
    ))) as crow_m
    from legs
), limits
where end_time < start_time
    or greatest(length_m, crow_m) > 1 + speed_max_kmh / 3.6 * (epoch_us(end_time) - epoch_us(start_time)) / 1e6
