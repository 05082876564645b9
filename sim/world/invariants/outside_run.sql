-- Every fact lies within the run: its start is in, its end is not.
-- Inputs: fact, limits.
select event_type, event_id::varchar as event_id, event_time
from fact, limits
where event_time < run_start or event_time >= run_end
