-- No facility reads the label of a parcel that no driver has collected, or that was handed over before.
-- Inputs: scan, status.
with held as (
    select
        shipment_id,
        min(event_time) filter (status = 'picked_up') as picked_up_time,
        min(event_time) filter (status = 'delivered') as delivered_time
    from status
    group by shipment_id
)
select shipment_id, event_time, facility_id, picked_up_time, delivered_time
from scan left join held using (shipment_id)
where picked_up_time is null or event_time < picked_up_time or event_time > delivered_time
