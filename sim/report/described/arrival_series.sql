-- Messages by arrival, and how late they were, in seconds.
-- Grain:  one row for each step with a message.
-- Keys:   step.
-- Inputs: arrival.
with counted as (
    select step, late_ms, sum(messages) as messages
    from arrival
    group by all
),
ranked as (
    select
        step,
        late_ms,
        sum(messages) over (partition by step order by late_ms) as up_to,
        sum(messages) over (partition by step) as messages
    from counted
)
select
    step,
    any_value(messages)::bigint,
    min(late_ms) filter (up_to >= 0.5 * messages) / 1e3,
    min(late_ms) filter (up_to >= 0.99 * messages) / 1e3,
    max(late_ms) / 1e3
from ranked
group by step
order by step
