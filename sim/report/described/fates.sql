-- What must become of the messages.
-- Grain:  one row for each fate that a message has.
-- Keys:   fate.
-- Inputs: tally.
select fate, sum(messages)::bigint as messages
from tally
group by fate
order by fate
