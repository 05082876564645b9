-- What became of each shipment.
-- Grain:  one row for each shipment that was booked.
-- Keys:   shipment_id.
-- Inputs: created, status, eta (facts).
with ended as (
    select
        shipment_id,
        min(event_time) filter (status = 'delivered') as delivered,
        min(event_time) filter (reason = 'returned') as returned,
        count_if(status = 'exception' and reason is distinct from 'returned') as failed_attempts
    from status
    group by shipment_id
),
told as (
    select
        shipment_id,
        count(*) as published,
        arg_min(eta, (event_time, previous_eta is not null, eta)) as first_eta,
        arg_max(eta, (event_time, previous_eta is not null, eta)) as last_eta
    from eta
    group by shipment_id
)
select
    created.shipment_id,
    created.service_level,
    created.event_time as booked,
    created.promised_time as promised,
    ended.delivered,
    ended.returned,
    least(ended.delivered, ended.returned) as ended,
    coalesce(ended.failed_attempts, 0) as failed_attempts,
    coalesce(told.published, 0) as published,
    told.first_eta,
    told.last_eta
from created
left join ended using (shipment_id)
left join told using (shipment_id)
