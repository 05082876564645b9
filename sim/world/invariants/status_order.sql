-- A shipment's statuses follow each other in a possible order: created first, picked up once, delivered once and last.
-- Inputs: status.
with allowed (before, after) as (
    values
    (null, 'created'),
    ('created', 'picked_up'),
    ('picked_up', 'in_transit'), ('picked_up', 'out_for_delivery'),
    ('in_transit', 'in_transit'), ('in_transit', 'out_for_delivery'), ('in_transit', 'returned'),
    ('out_for_delivery', 'delivered'), ('out_for_delivery', 'exception'),
    ('out_for_delivery', 'out_for_delivery'), -- the driver's day was over before that door
    ('exception', 'out_for_delivery'), ('exception', 'in_transit'), ('exception', 'returned')
), named as (
    select shipment_id, event_time, if(reason = 'returned', 'returned', status) as status
    from status
), followed as (
    select shipment_id, event_time, status, lag(status) over shipment as previous, lag(event_time) over shipment as last_time
    from named
    window shipment as (partition by shipment_id order by event_time)
)
select shipment_id, event_time, previous, status
from followed
where event_time = last_time
    or not exists (from allowed where before is not distinct from previous and after = status)
