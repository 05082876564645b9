-- Expected ops.metrics.
-- Grain: one row for each stage, outcome, event type, tenant and label with messages; what is missing is an empty string.
-- Keys: stage, metric, event_type, tenant_id, label.
-- Inputs: message (the ledger's).
-- Late data: counted by when it came in, as everything else.
with outcome as (
    select
        *,
        coalesce(fate = 'rejected' and code <> 'conflicting_duplicate', false) as refused,
        fate in ('clean', 'late', 'too_late') as kept,
        epoch_us(ingest_time) - epoch_us(event_time) as lag_us
    from message
),
counted as (
    select 'log' as stage, 'messages' as metric, event_type, tenant_id, '' as label from outcome
    union all
    select 'log', 'partition', '', '', partition::varchar from outcome
    union all
    select 'decode', if(refused, 'rejected', 'valid'), event_type, tenant_id, if(refused, code, '') from outcome
    union all
    select
        'dedupe',
        case fate when 'rejected' then 'rejected' when 'duplicate' then 'duplicate' else 'first' end,
        event_type,
        tenant_id,
        case fate when 'rejected' then code when 'duplicate' then matched_on else '' end
    from outcome where not refused
    union all
    select 'windows', 'lateness', event_type, tenant_id, if(fate = 'clean', 'on_time', fate) from outcome where kept
    union all
    select
        'windows',
        'ingest_lag',
        event_type,
        tenant_id,
        case
            when lag_us <= 0 then 'le_0'
            when lag_us <= 1e6 then 'le_1'
            when lag_us <= 2e6 then 'le_2'
            when lag_us <= 5e6 then 'le_5'
            when lag_us <= 10e6 then 'le_10'
            when lag_us <= 30e6 then 'le_30'
            when lag_us <= 60e6 then 'le_60'
            when lag_us <= 300e6 then 'le_300'
            when lag_us <= 900e6 then 'le_900'
            when lag_us <= 3600e6 then 'le_3600'
            when lag_us <= 21600e6 then 'le_21600'
            when lag_us <= 86400e6 then 'le_86400'
            when lag_us <= 604800e6 then 'le_604800'
            else 'le_inf'
        end
    from outcome where kept
)
select stage, metric, event_type, coalesce(tenant_id, '') as tenant_id, label, count(*)::double as value
from counted
group by all
order by all
