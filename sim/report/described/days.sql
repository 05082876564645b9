-- Volumes by UTC day: of what happened by event time, of what was sent by arrival.
-- Grain:  one row for each day with an event or a message.
-- Keys:   day.
-- Inputs: fact, tally.
with counted as (
    select event_time::date as day, count(*) as events, 0 as messages
    from fact
    group by day
    union all
    select day, 0, sum(messages) from tally group by day
)
select day::varchar as day, sum(events)::bigint as events, sum(messages)::bigint as messages
from counted
group by counted.day
order by counted.day
