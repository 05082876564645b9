-- What was sent, and by whom.
-- Grain:  one row for each event type and producer that sent any.
-- Keys:   event_type, source.
-- Inputs: tally.
select event_type, source, sum(messages)::bigint as messages
from tally
group by all
order by all
