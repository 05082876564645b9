-- Messages counted, for whatever asks for a sum of them.
-- Grain:  one row for each type, producer, fate and UTC day of arrival.
-- Keys:   event_type, source, fate, day.
-- Inputs: message (the ledger's).
select event_type, source, fate, ingest_time::date as day, count(*) as messages
from message
group by all
