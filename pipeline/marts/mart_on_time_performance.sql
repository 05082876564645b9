-- Deliveries, and how many of them kept the promise.
-- Grain:  one row for each delivered_date (the delivering facility's local day; UTC if unknown), tenant, facility, carrier,
--         service level. A tenant's shipment counts once, with its first created and its first delivered event.
-- Keys:   delivered_date, tenant_id, facility_id, carrier_code, service_level.
-- Inputs: clean.shipment_status_events (delivered), clean.events (shipment.created, for the promise).
-- Late data: late and too-late events are in the inputs. A delivery known before its shipment.created is counted once the mart
--         is built after that came.
WITH created AS (
  SELECT
    COALESCE(tenant_id, '') AS tenant_id,
    shipment_id,
    JSON_VALUE(payload, '$.service_level') AS service_level,
    CAST(JSON_VALUE(payload, '$.promised_time') AS TIMESTAMP) AS promised_time
  FROM clean.events AS event
  WHERE event_type = 'shipment.created'
  QUALIFY
    ROW_NUMBER() OVER (PARTITION BY event.tenant_id, shipment_id ORDER BY event_time, ingest_time, source, event_id) = 1
),
delivered AS (
  SELECT
    COALESCE(tenant_id, '') AS tenant_id,
    shipment_id,
    facility_id,
    carrier_code,
    facility_timezone,
    event_time
  FROM clean.shipment_status_events AS event
  WHERE status = 'delivered'
  QUALIFY
    ROW_NUMBER() OVER (PARTITION BY event.tenant_id, shipment_id ORDER BY event_time, ingest_time, source, event_id) = 1
)
SELECT
  DATE(delivered.event_time, COALESCE(delivered.facility_timezone, 'UTC')) AS delivered_date,
  delivered.tenant_id,
  delivered.facility_id,
  delivered.carrier_code,
  created.service_level,
  CAST(COUNT(*) AS INT64) AS delivered,
  CAST(COUNTIF(delivered.event_time <= created.promised_time) AS INT64) AS on_time,
  COUNTIF(delivered.event_time <= created.promised_time) / COUNT(*) AS on_time_rate,
  MAX(TIMESTAMP_DIFF(delivered.event_time, created.promised_time, MICROSECOND) / 60000000) AS minutes_late_max
FROM delivered
JOIN created ON created.tenant_id = delivered.tenant_id AND created.shipment_id = delivered.shipment_id
GROUP BY delivered_date, delivered.tenant_id, delivered.facility_id, delivered.carrier_code, created.service_level
