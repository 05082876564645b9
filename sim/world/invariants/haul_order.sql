-- A truck leaves when it is due or later, arrives, docks and is unloaded, in this order.
-- Inputs: linehaul.
select lane_id, slot, due_time, left_time, arrived_time, docked_time, unloaded_time
from linehaul
where not (due_time <= left_time and left_time < arrived_time
    and arrived_time <= docked_time and docked_time <= unloaded_time and parcels > 0)
