-- Nobody publishes that a parcel will come at a time that has passed.
-- Inputs: eta.
select shipment_id, event_time, eta
from eta
where eta < event_time
