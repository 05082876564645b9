-- How late messages arrived: arrival minus the event time that their sender recorded, which a fast clock makes negative.
-- Grain:  one row for each producer, step of arrival and lateness in ms, rounded to three digits: few rows for any
--         number of messages, and quantiles right to half a per cent.
-- Keys:   source, step, late_ms.
-- Inputs: message (the ledger's), run.
with arrived as (
    select
        source,
        (epoch_us(ingest_time) - epoch_us(begins)) // step_us as step,
        (epoch_us(ingest_time) - epoch_us(event_time)) // 1000 as exact_ms
    from message, run
),
graded as (
    select source, step, exact_ms, (10 ** greatest(length(abs(exact_ms)::varchar) - 3, 0))::bigint as grain_ms
    from arrived
)
select source, step, (exact_ms / grain_ms).round()::bigint * grain_ms as late_ms, count(*) as messages
from graded
group by all
