-- What happened, by event type.
-- Grain:  one row for each event type that happened.
-- Keys:   event_type.
-- Inputs: fact.
select event_type, count(*) as events
from fact
group by event_type
order by event_type
