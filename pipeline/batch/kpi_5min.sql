-- The 5-minute KPIs, counted anew from what is in the clean tables: what curated.kpi_5min must say.
-- Grain:  one row for each window_start (UTC), tenant and facility with a counted event.
-- Keys:   window_start, tenant_id, facility_id.
-- Inputs: clean.events (shipment.status.changed, facility.scan).
-- Late data: late events are counted, too-late ones are not.
WITH counted AS (
  SELECT
    TIMESTAMP_SUB(
      TIMESTAMP_TRUNC(event_time, MINUTE), INTERVAL MOD(EXTRACT(MINUTE FROM event_time), 5) MINUTE
    ) AS window_start,
    COALESCE(tenant_id, '') AS tenant_id,
    facility_id,
    IF(event_type = 'facility.scan', 'scan', JSON_VALUE(payload, '$.status')) AS what,
    lateness
  FROM clean.events
  WHERE event_type IN ('shipment.status.changed', 'facility.scan') AND lateness <> 'too_late'
)
SELECT
  window_start,
  tenant_id,
  facility_id,
  CAST(COUNTIF(what = 'created') AS INT64) AS created,
  CAST(COUNTIF(what = 'picked_up') AS INT64) AS picked_up,
  CAST(COUNTIF(what = 'in_transit') AS INT64) AS in_transit,
  CAST(COUNTIF(what = 'out_for_delivery') AS INT64) AS out_for_delivery,
  CAST(COUNTIF(what = 'delivered') AS INT64) AS delivered,
  CAST(COUNTIF(what = 'exception') AS INT64) AS exceptions,
  CAST(COUNTIF(what = 'scan') AS INT64) AS scans,
  CAST(COUNTIF(lateness = 'late') AS INT64) AS late_events
FROM counted
GROUP BY window_start, tenant_id, facility_id
