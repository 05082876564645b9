-- Expected ops.metrics.
-- Grain: one row for each stage, outcome, event type and tenant with messages; a missing tenant is an empty string.
-- Keys: stage, metric, event_type, tenant_id.
-- Inputs: message (the ledger's).
-- Late data: counted by when it came in, as everything else.
with outcome as (
    select *, coalesce(fate = 'rejected' and code <> 'conflicting_duplicate', false) as refused from message
),
counted as (
    select *, 'decode' as stage, if(refused, 'rejected', 'valid') as metric from outcome
    union all
    select *, 'dedupe', case fate when 'rejected' then 'rejected' when 'duplicate' then 'duplicate' else 'first' end
    from outcome where not refused
    union all
    select *, 'windows', 'too_late' from outcome where fate = 'too_late'
)
select stage, metric, event_type, coalesce(tenant_id, '') as tenant_id, '' as label, count(*)::double as value
from counted
group by all
order by all
