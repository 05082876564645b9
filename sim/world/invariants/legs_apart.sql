-- Nobody is carried away between two legs: each begins where the van's last one ended, within ten metres.
-- Inputs: legs.
select vehicle_id, start_time, previous_lat, previous_lon, origin_lat, origin_lon
from (
    select
        vehicle_id, start_time, origin_lat, origin_lon,
        lag(destination_lat) over van as previous_lat,
        lag(destination_lon) over van as previous_lon
    from legs
    where vehicle_id is not null
    window van as (partition by vehicle_id order by start_time, end_time)
)
where abs(origin_lat - previous_lat) > 0.0001 or abs(origin_lon - previous_lon) > 0.0001
