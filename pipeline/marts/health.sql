-- The rates that people watch: copies, rejections, lateness, lag and skew.
-- Grain:  one row for each metric, event type and tenant; rejections by code, lags by percentile in label.
-- Keys:   metric, event_type, tenant_id, label. A missing tenant is an empty string. partition_skew is of the whole log.
-- Inputs: ops.metrics.
-- Late data: counts as everything else, when it has come in; building the mart again counts it.
WITH
  messages AS (
    SELECT
      event_type,
      tenant_id,
      SUM(value) AS messages,
      SUM(IF(metric = 'duplicate', value, 0)) AS duplicates
    FROM ops.metrics
    WHERE (stage = 'decode' AND metric = 'rejected') OR (stage = 'dedupe' AND metric IN ('first', 'duplicate', 'rejected'))
    GROUP BY event_type, tenant_id
  ),
  rejections AS (
    SELECT event_type, tenant_id, label, SUM(value) AS rejected
    FROM ops.metrics
    WHERE metric = 'rejected'
    GROUP BY event_type, tenant_id, label
  ),
  lateness AS (
    SELECT
      event_type,
      tenant_id,
      SUM(value) AS events,
      SUM(IF(label = 'late', value, 0)) AS late,
      SUM(IF(label = 'too_late', value, 0)) AS too_late
    FROM ops.metrics
    WHERE stage = 'windows' AND metric = 'lateness'
    GROUP BY event_type, tenant_id
  ),
  buckets AS (
    SELECT event_type, tenant_id, CAST(SUBSTR(label, 4) AS FLOAT64) AS bound_s, value AS events
    FROM ops.metrics
    WHERE stage = 'windows' AND metric = 'ingest_lag'
  ),
  lags AS (
    SELECT
      event_type,
      tenant_id,
      bound_s,
      SUM(events) OVER (PARTITION BY event_type, tenant_id ORDER BY bound_s) AS events_so_far,
      SUM(events) OVER (PARTITION BY event_type, tenant_id) AS events_in_all
    FROM buckets
  )
SELECT 'duplicate_rate' AS metric, event_type, tenant_id, '' AS label, duplicates / messages AS value
FROM messages
UNION ALL
SELECT 'rejection_rate', r.event_type, r.tenant_id, r.label, r.rejected / m.messages
FROM rejections AS r
JOIN messages AS m ON m.event_type = r.event_type AND m.tenant_id = r.tenant_id
UNION ALL
SELECT 'late_rate', event_type, tenant_id, '', late / events
FROM lateness
UNION ALL
SELECT 'too_late_rate', event_type, tenant_id, '', too_late / events
FROM lateness
UNION ALL
SELECT 'ingest_lag_s', event_type, tenant_id, CONCAT('p', CAST(percent AS STRING)), MIN(bound_s)
FROM lags
CROSS JOIN UNNEST([50, 95, 99]) AS percent
WHERE events_so_far * 100 >= percent * events_in_all
GROUP BY event_type, tenant_id, percent
UNION ALL
SELECT 'partition_skew', '', '', '', MAX(value) / AVG(value)
FROM ops.metrics
WHERE stage = 'log' AND metric = 'partition'
HAVING COUNT(*) > 0
