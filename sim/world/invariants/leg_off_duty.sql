-- Nobody drives off duty: when a leg begins, its driver's shift has begun and not ended.
-- Inputs: legs, duty.
select legs.driver_id, legs.start_time, duty.status
from legs
asof left join duty on legs.driver_id = duty.driver_id and legs.start_time >= duty.event_time
where duty.status is null or duty.status in ('off_shift', 'on_shift')
