-- Phones and gateways report from vans that are out: each reading lies within a leg of its driver, with that van.
-- Inputs: ping (event_time, driver_id, vehicle_id of both types), legs.
with out as (from legs where end_time > start_time)
select ping.driver_id, ping.vehicle_id, ping.event_time, out.vehicle_id as driven_id, out.end_time
from ping
asof left join out on ping.driver_id = out.driver_id and ping.event_time >= out.start_time
where out.end_time is null or ping.event_time > out.end_time or ping.vehicle_id <> out.vehicle_id
