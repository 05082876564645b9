-- A round is driven with one van.
-- Inputs: legs.
select driver_id, departed_time, min(vehicle_id) as vehicle_id, max(vehicle_id) as other_vehicle_id
from legs
group by driver_id, departed_time
having min(vehicle_id) <> max(vehicle_id)
