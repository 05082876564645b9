-- Shipments by the day they were created, and what has become of them.
-- Grain:  one row for each created_date (the origin's local day; UTC if the origin is unknown), tenant, origin, service level.
--         A tenant's shipment counts once, with its first created event.
-- Keys:   created_date, tenant_id, origin_facility_id, service_level.
-- Inputs: clean.events (shipment.created), clean.shipment_status_events, curated.dim_facility.
-- Late data: late and too-late events are in the inputs; building the mart again counts them on the day they belong to.
WITH created AS (
  SELECT
    shipment_id,
    COALESCE(tenant_id, '') AS tenant_id,
    event_time AS created_time,
    JSON_VALUE(payload, '$.origin_facility_id') AS origin_facility_id,
    JSON_VALUE(payload, '$.service_level') AS service_level
  FROM clean.events AS event
  WHERE event_type = 'shipment.created'
  QUALIFY
    ROW_NUMBER() OVER (PARTITION BY event.tenant_id, shipment_id ORDER BY event_time, ingest_time, source, event_id) = 1
),
outcome AS (
  SELECT
    COALESCE(tenant_id, '') AS tenant_id,
    shipment_id,
    MIN(IF(status = 'delivered', event_time, NULL)) AS delivered_time,
    COUNTIF(status = 'exception') AS exceptions,
    COUNTIF(status = 'exception' AND reason = 'returned') AS returns
  FROM clean.shipment_status_events
  GROUP BY 1, 2
)
SELECT
  DATE(created.created_time, COALESCE(facility.timezone, 'UTC')) AS created_date,
  created.tenant_id,
  created.origin_facility_id,
  created.service_level,
  CAST(COUNT(*) AS INT64) AS shipments,
  CAST(COUNTIF(outcome.delivered_time IS NOT NULL) AS INT64) AS delivered,
  CAST(COUNTIF(COALESCE(outcome.exceptions, 0) > 0) AS INT64) AS with_exception,
  CAST(COUNTIF(outcome.delivered_time IS NULL AND COALESCE(outcome.returns, 0) = 0) AS INT64) AS open,
  AVG(TIMESTAMP_DIFF(outcome.delivered_time, created.created_time, MICROSECOND) / 3600000000) AS hours_to_deliver_mean
FROM created
LEFT JOIN outcome ON outcome.tenant_id = created.tenant_id AND outcome.shipment_id = created.shipment_id
LEFT JOIN curated.dim_facility AS facility
  ON facility.facility_id = created.origin_facility_id
  AND facility.valid_from <= created.created_time
  AND (facility.valid_to IS NULL OR created.created_time < facility.valid_to)
GROUP BY created_date, created.tenant_id, created.origin_facility_id, created.service_level
