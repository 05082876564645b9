-- A parcel changes hands where and while a van stands: at a door, or at the locker that it goes into.
-- Inputs: status, legs. Places are compared as they are published, to 1/100,000 of a degree.
with handed as (
    select shipment_id, event_time, status, round(geo_lat * 1e5)::bigint as lat, round(geo_lon * 1e5)::bigint as lon
    from status
    where status in ('picked_up', 'delivered')
), stops as (
    select
        start_time, end_time,
        round(origin_lat * 1e5)::bigint as lat,
        round((origin_lon - 360 * floor((origin_lon + 180) / 360)) * 1e5)::bigint as lon
    from legs
    where kind = 'stop'
)
select shipment_id, event_time, status
from handed
where not exists (
    from stops
    where stops.lat = handed.lat and stops.lon = handed.lon
        and handed.event_time >= stops.start_time and handed.event_time <= stops.end_time
)
