-- What went wrong with deliveries, where and why.
-- Grain:  one row for each exception_date (the facility's local day; UTC if unknown), tenant, facility, reason.
-- Keys:   exception_date, tenant_id, facility_id, reason. An exception without a reason has an empty one.
-- Inputs: clean.shipment_status_events (exception).
-- Late data: late and too-late events are in the input; building the mart again counts them on the day they belong to.
SELECT
  DATE(event_time, COALESCE(facility_timezone, 'UTC')) AS exception_date,
  COALESCE(tenant_id, '') AS tenant_id,
  facility_id,
  COALESCE(reason, '') AS reason,
  CAST(COUNT(*) AS INT64) AS exceptions,
  CAST(COUNT(DISTINCT shipment_id) AS INT64) AS shipments
FROM clean.shipment_status_events
WHERE status = 'exception'
GROUP BY 1, 2, 3, 4
