-- How late messages arrived, in seconds, to three digits.
-- Grain:  one row for each producer, and one over all of them.
-- Keys:   source.
-- Inputs: arrival.
with counted as (
    select coalesce(source, 'all') as source, grouping(source) as over_all, late_ms, sum(messages) as messages
    from arrival
    group by grouping sets ((source, late_ms), (late_ms))
),
ranked as (
    select
        source,
        over_all,
        late_ms,
        sum(messages) over (partition by source order by late_ms) as up_to,
        sum(messages) over (partition by source) as messages
    from counted
)
select
    source,
    any_value(messages)::bigint,
    min(late_ms) / 1e3,
    min(late_ms) filter (up_to >= 0.5 * messages) / 1e3,
    min(late_ms) filter (up_to >= 0.9 * messages) / 1e3,
    min(late_ms) filter (up_to >= 0.99 * messages) / 1e3,
    max(late_ms) / 1e3
from ranked
group by source, over_all
order by over_all, source
