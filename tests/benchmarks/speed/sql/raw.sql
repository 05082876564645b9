-- raw.messages: one line for each message of the log, with its bytes, by the type that its attributes claim and by day.
SELECT
    "partition" AS log_partition,
    "offset" AS log_offset,
    ingest_time,
    key,
    to_json(attributes)::VARCHAR AS attributes,
    CASE WHEN octet_length(value) <= 1048576 THEN try(decode(value)) END AS body,
    CASE
        WHEN octet_length(value) > 1048576 OR try(decode(value)) IS NULL THEN to_base64(value)
    END AS body_base64,
    CASE
        WHEN list_contains(getvariable('event_types'), attributes['event_type']) THEN attributes['event_type']
        ELSE 'unknown'
    END AS event_type,
    ingest_time::DATE AS ingest_date
FROM log
