-- Expected curated.kpi_5min.
-- Grain: one row for each 5-minute UTC window of event time, tenant and facility that has something to count.
-- Keys: window_start, tenant_id, facility_id.
-- Inputs: message (the ledger's, with the time that the sender's clock had), status and scan (the truth's facts, with their row as fact_row).
-- Late data: late messages count in the window of their event; too-late ones do not count.
with counted as (
    select message.event_time, status.tenant_id, facility_id, status, fate
    from message join status using (fact_row)
    where message.event_type = 'shipment.status.changed' and fate in ('clean', 'late')
    union all
    select message.event_time, scan.tenant_id, facility_id, 'scan', fate
    from message join scan using (fact_row)
    where message.event_type = 'facility.scan' and fate in ('clean', 'late')
)
select
    time_bucket(interval 5 minute, event_time, timestamptz '1970-01-01 00:00:00+00') as window_start,
    coalesce(tenant_id, '') as tenant_id,
    facility_id,
    count_if(status = 'created') as created,
    count_if(status = 'picked_up') as picked_up,
    count_if(status = 'in_transit') as in_transit,
    count_if(status = 'out_for_delivery') as out_for_delivery,
    count_if(status = 'delivered') as delivered,
    count_if(status = 'exception') as exceptions,
    count_if(status = 'scan') as scans,
    count_if(fate = 'late') as late_events
from counted
group by all
order by all
