-- Deliveries, and how many of them kept the promise.
-- Grain:  one row over all, one for each service level, one for each UTC day of delivery; a shipment counts by its first
--         delivery. `overdue` are those that were promised within the run and were still open when it ended, by the day of
--         the promise.
-- Keys:   part, name.
-- Inputs: shipment, run.
with promised as (
    select
        service_level,
        coalesce(delivered, promised)::date::varchar as day,
        delivered is not null as is_delivered,
        coalesce(delivered <= promised, false) as is_on_time,
        delivered is null as is_overdue
    from shipment, run
    where delivered is not null or (ended is null and promised < ends)
)
select
    case when grouping(service_level) = 0 then 'service' when grouping(day) = 0 then 'day' else 'all' end as part,
    coalesce(service_level, day, '') as name,
    count(*) filter (is_delivered) as delivered,
    count(*) filter (is_on_time) as on_time,
    count(*) filter (is_overdue) as overdue,
    round(count(*) filter (is_on_time) / nullif(count(*) filter (is_delivered), 0), 4) as rate
from promised
group by grouping sets ((), (service_level), (day))
order by part, name
