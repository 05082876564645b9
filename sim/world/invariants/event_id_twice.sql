-- No two facts of one type have the same event id.
-- Inputs: fact (event_type, event_id, event_time of all types).
select event_type, event_id::varchar as event_id, count(*) as facts
from fact
group by event_type, event_id
having count(*) > 1
