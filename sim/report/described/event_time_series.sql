-- Messages by the event time that their sender recorded. Clocks that are far off fall out of the picture.
-- Grain:  one row for each step with a message.
-- Keys:   step.
-- Inputs: message (the ledger's), run.
select (epoch_us(event_time) - epoch_us(begins)) // step_us as step, count(*) as messages
from message, run
where event_time >= begins
group by step
order by step
