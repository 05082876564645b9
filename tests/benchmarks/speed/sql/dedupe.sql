-- Who lost to whom, in two rounds: by id, then, among the firsts of those, status changes told under two ids.
-- Only keys whose hash comes twice are looked at closely. The run is shorter than the memory of dedupe, or this ends in
-- an error: SQL has no plain way to say that a copy does not prolong it.

CREATE TABLE copies_by_id AS
WITH event AS (
    SELECT
        log_partition, log_offset, ingest_time, content,
        coalesce(tenant_id, '') AS tenant_id, source, event_id,
        hash(coalesce(tenant_id, ''), source, event_id) AS key_hash
    FROM read
    WHERE code IS NULL
),
twice AS (
    SELECT key_hash FROM event GROUP BY key_hash HAVING count(*) > 1
),
ranked AS (
    SELECT
        *,
        row_number() OVER arrival AS place,
        first_value(log_partition) OVER arrival AS first_log_partition,
        first_value(log_offset) OVER arrival AS first_log_offset,
        first_value(content) OVER arrival AS first_content,
        first_value(ingest_time) OVER arrival AS first_time
    FROM event SEMI JOIN twice USING (key_hash)
    WINDOW arrival AS (
        PARTITION BY tenant_id, source, event_id ORDER BY ingest_time, log_partition, log_offset
    )
)
SELECT
    log_partition, log_offset, first_log_partition, first_log_offset,
    CASE WHEN content = first_content THEN 'event_id' ELSE 'conflicting_duplicate' END AS reason,
    CASE
        WHEN ingest_time - first_time > to_microseconds(getvariable('dedupe_ttl_us'))
            THEN error('the run is longer than the memory of dedupe')
    END AS too_long
FROM ranked
WHERE place > 1;

CREATE TABLE copies_by_status AS
WITH event AS (
    SELECT
        log_partition, log_offset, ingest_time,
        coalesce(tenant_id, '') AS tenant_id, shipment_id, change.status AS status, event_time,
        hash(coalesce(tenant_id, ''), shipment_id, change.status, event_time) AS key_hash
    FROM read ANTI JOIN copies_by_id USING (log_partition, log_offset)
    WHERE code IS NULL AND event_type = 'shipment.status.changed'
),
twice AS (
    SELECT key_hash FROM event GROUP BY key_hash HAVING count(*) > 1
),
ranked AS (
    SELECT
        *,
        row_number() OVER arrival AS place,
        first_value(log_partition) OVER arrival AS first_log_partition,
        first_value(log_offset) OVER arrival AS first_log_offset
    FROM event SEMI JOIN twice USING (key_hash)
    WINDOW arrival AS (
        PARTITION BY tenant_id, shipment_id, status, event_time ORDER BY ingest_time, log_partition, log_offset
    )
)
SELECT log_partition, log_offset, first_log_partition, first_log_offset, 'status' AS reason, NULL AS too_long
FROM ranked
WHERE place > 1;

CREATE TABLE copies AS FROM copies_by_id UNION ALL FROM copies_by_status;
