-- Expected ops.health, from the fates themselves and not from what was counted of them.
-- Grain: one row for each rate, event type and tenant with messages; for rejections by code, for lags by percentile.
-- Keys: metric, event_type, tenant_id, label.
-- Inputs: message (the ledger's).
-- Late data: counted by when it came in, as everything else.
with told as (
    select
        event_type,
        coalesce(tenant_id, '') as tenant_id,
        partition,
        fate,
        code,
        list_filter(
            [0, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400, 604800],
            lambda s: epoch_us(ingest_time) - epoch_us(event_time) <= s::bigint * 1000000
        ) as bounds_above
    from message
),
lag as (
    select event_type, tenant_id, coalesce(bounds_above[1]::double, 'inf'::double) as bound, count(*) as messages
    from told where fate in ('clean', 'late', 'too_late')
    group by all
),
reached as (
    select event_type, tenant_id, here.bound, sum(other.messages) filter (other.bound <= here.bound) as so_far,
        sum(other.messages) as of_all
    from lag as here join lag as other using (event_type, tenant_id)
    group by all
)
select 'duplicate_rate' as metric, event_type, tenant_id, '' as label, avg((fate = 'duplicate')::int) as value
from told group by all
union all
select 'rejection_rate', event_type, tenant_id, code, count(*) / any_value(messages)
from told join (select event_type, tenant_id, count(*) as messages from told group by all) using (event_type, tenant_id)
where fate = 'rejected' group by all
union all
select 'late_rate', event_type, tenant_id, '', avg((fate = 'late')::int)
from told where fate not in ('duplicate', 'rejected') group by all
union all
select 'too_late_rate', event_type, tenant_id, '', avg((fate = 'too_late')::int)
from told where fate not in ('duplicate', 'rejected') group by all
union all
select 'ingest_lag_s', event_type, tenant_id, 'p' || percent, min(bound)
from reached, unnest([50, 95, 99]) as wanted (percent)
where so_far * 100 >= percent * of_all group by all
union all
select 'partition_skew', '', '', '', max(messages) / avg(messages)
from (select count(*) as messages from message group by partition) having count(*) > 0
order by all
