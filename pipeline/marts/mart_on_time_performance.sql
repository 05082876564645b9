-- Deliveries, and how many of them kept the promise.
-- Grain:  one row for each delivered_date (the delivering facility's local day; UTC if unknown), tenant, facility, carrier,
--         service level. A shipment counts once, with its first delivered event.
-- Keys:   delivered_date, tenant_id, facility_id, carrier_code, service_level.
-- Inputs: clean.shipment_status_events (delivered), clean.events (shipment.created, for the promise).
-- Late data: late and too-late events are in the inputs. A delivery known before its shipment.created is counted once the mart
--         is built after that came.
WITH created AS (
  SELECT
    shipment_id,
    JSON_VALUE(payload, '$.service_level') AS service_level,
    CAST(JSON_VALUE(payload, '$.promised_time') AS TIMESTAMP) AS promised_time
  FROM clean.events
  WHERE event_type = 'shipment.created'
),
delivered AS (
  SELECT shipment_id, tenant_id, facility_id, carrier_code, facility_timezone, event_time
  FROM clean.shipment_status_events
  WHERE status = 'delivered'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY shipment_id ORDER BY event_time, ingest_time, source, event_id) = 1
)
SELECT
  DATE(delivered.event_time, COALESCE(delivered.facility_timezone, 'UTC')) AS delivered_date,
  COALESCE(delivered.tenant_id, '') AS tenant_id,
  delivered.facility_id,
  delivered.carrier_code,
  created.service_level,
  CAST(COUNT(*) AS INT64) AS delivered,
  CAST(COUNTIF(delivered.event_time <= created.promised_time) AS INT64) AS on_time,
  COUNTIF(delivered.event_time <= created.promised_time) / COUNT(*) AS on_time_rate,
  MAX(TIMESTAMP_DIFF(delivered.event_time, created.promised_time, MICROSECOND) / 60000000) AS minutes_late_max
FROM delivered
JOIN created ON created.shipment_id = delivered.shipment_id
GROUP BY delivered_date, tenant_id, delivered.facility_id, delivered.carrier_code, created.service_level
