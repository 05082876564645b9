-- Nothing is sent back before it was delivered: the ids of a parcel and its return differ in their first digit.
-- Inputs: created, status.
select back.shipment_id, back.event_time, delivered.event_time as delivered_time
from created as back
left join (from status where status = 'delivered') as delivered
    on delivered.shipment_id = 'S-0' || substr(back.shipment_id, 4)
where back.shipment_id like 'S-1%' and (delivered.event_time is null or back.event_time <= delivered.event_time)
