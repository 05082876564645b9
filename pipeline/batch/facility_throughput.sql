-- Facility scans in sliding windows, counted anew from what is in the clean tables: what curated.facility_throughput must say.
-- Grain:  one row for each 15-minute window (one starts every minute, UTC), tenant and facility with a scan.
-- Keys:   window_start, tenant_id, facility_id.
-- Inputs: clean.events (facility.scan).
-- Late data: late scans are counted, too-late ones are not.
WITH scans AS (
  SELECT
    TIMESTAMP_TRUNC(event_time, MINUTE) AS minute,
    COALESCE(tenant_id, '') AS tenant_id,
    facility_id,
    JSON_VALUE(payload, '$.scan_type') AS scan_type
  FROM clean.events
  WHERE event_type = 'facility.scan' AND lateness <> 'too_late'
)
SELECT
  TIMESTAMP_SUB(minute, INTERVAL back MINUTE) AS window_start,
  TIMESTAMP_ADD(TIMESTAMP_SUB(minute, INTERVAL back MINUTE), INTERVAL 15 MINUTE) AS window_end,
  tenant_id,
  facility_id,
  CAST(COUNTIF(scan_type = 'arrival') AS INT64) AS arrivals,
  CAST(COUNTIF(scan_type = 'departure') AS INT64) AS departures
FROM scans
CROSS JOIN UNNEST(GENERATE_ARRAY(0, 14)) AS back
GROUP BY 1, 2, 3, 4
