-- Nothing happens to a shipment that nobody has booked yet.
-- Inputs: created, status, eta, scan.
with first_seen as (
    select shipment_id, min(event_time) as seen_time
    from (
        select shipment_id, event_time from status
        union all
        select shipment_id, event_time from eta
        union all
        select shipment_id, event_time from scan
    )
    group by shipment_id
)
select shipment_id, seen_time, created.event_time as created_time
from first_seen left join created using (shipment_id)
where created.event_time is null or seen_time < created.event_time
