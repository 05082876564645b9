-- Expected curated.facility_throughput.
-- Grain: one row for each 15-minute window that starts on a UTC minute, tenant and facility with a scan in it.
-- Keys: window_start, tenant_id, facility_id.
-- Inputs: message (the ledger's, with the time that the sender's clock had), scan (the truth's facts, with their row as fact_row).
-- Late data: late scans count in all windows of their event; too-late ones do not count.
with counted as (
    select message.event_time, coalesce(scan.tenant_id, '') as tenant_id, facility_id, scan_type
    from message join scan using (fact_row)
    where message.event_type = 'facility.scan' and fate in ('clean', 'late')
),
touched as (
    select distinct time_bucket(interval 1 minute, event_time, timestamptz '1970-01-01 00:00:00+00') as minute,
        tenant_id, facility_id
    from counted
),
sliding as (
    select distinct unnest(generate_series(minute - interval 14 minute, minute, interval 1 minute)) as window_start,
        tenant_id, facility_id
    from touched
)
select window_start, window_start + interval 15 minute as window_end, tenant_id, facility_id,
    count_if(scan_type = 'arrival') as arrivals,
    count_if(scan_type = 'departure') as departures
from sliding join counted using (tenant_id, facility_id)
where event_time >= window_start and event_time < window_start + interval 15 minute
group by all
order by all
