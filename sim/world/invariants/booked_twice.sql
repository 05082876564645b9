-- A shipment is booked once, to another depot than it comes from, and promised for later.
-- Inputs: created.
select shipment_id, count(*) as bookings, min(event_time) as event_time, min(promised_time) as promised_time
from created
group by shipment_id
having count(*) > 1
    or min(promised_time) <= min(event_time)
    or any_value(origin_facility_id) = any_value(destination_facility_id)
