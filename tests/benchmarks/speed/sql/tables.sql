-- The tables, from what was read and who lost. `event` is each event once, with how far it came behind its window.

CREATE VIEW event AS
SELECT
    *,
    window_start + INTERVAL 5 MINUTE AS window_end,
    CASE
        WHEN ingest_time <= window_start + INTERVAL 5 MINUTE THEN 'on_time'
        WHEN
            ingest_time <= window_start + INTERVAL 5 MINUTE + to_microseconds(getvariable('allowed_lateness_us'))
            THEN 'late'
        ELSE 'too_late'
    END AS lateness
FROM (
    SELECT *, make_timestamptz(epoch_us(event_time) // 300000000 * 300000000) AS window_start
    FROM read ANTI JOIN copies USING (log_partition, log_offset)
    WHERE code IS NULL
);

COPY (
    SELECT
        event_id, event_type, event_version, event_time, producer_time, ingest_time, source, trace_id, tenant_id,
        shipment_id, facility_id, payload, schema_hash,
        concat_ws(':', coalesce(tenant_id, ''), CASE event_type
            WHEN 'shipment.status.changed' THEN concat_ws(':', shipment_id, change.status, epoch_us(event_time))
            ELSE concat_ws(':', source, event_id)
        END) AS dedupe_key,
        lateness, log_partition, log_offset
    FROM event
) TO '$OUT/clean.events' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);

COPY (
    SELECT
        event_id, event_time, ingest_time, source, tenant_id, shipment_id, change.status AS status, event.facility_id,
        change.geo_lat AS geo_lat, change.geo_lon AS geo_lon, change.carrier_code AS carrier_code,
        change.eta AS eta, change.reason AS reason, change.attempt AS attempt,
        facility.facility_id IS NOT NULL AS facility_known,
        facility.name AS facility_name, facility.kind AS facility_kind, facility.timezone AS facility_timezone,
        carrier.carrier_code IS NOT NULL AS carrier_known,
        carrier.name AS carrier_name,
        log_partition, log_offset
    FROM event
    LEFT JOIN dim_facility AS facility ON
        facility.facility_id = event.facility_id AND facility.valid_from <= event_time
        AND (facility.valid_to IS NULL OR event_time < facility.valid_to)
    LEFT JOIN dim_carrier AS carrier ON
        carrier.carrier_code = change.carrier_code AND carrier.valid_from <= event_time
        AND (carrier.valid_to IS NULL OR event_time < carrier.valid_to)
    WHERE event_type = 'shipment.status.changed'
) TO '$OUT/clean.shipment_status_events' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);

COPY (
    SELECT
        event_id, source, event_type, tenant_id, event_time, ingest_time, window_end,
        (epoch_us(ingest_time) - epoch_us(window_end) - getvariable('allowed_lateness_us')) / 1e6 AS too_late_by_s,
        log_partition, log_offset
    FROM event
    WHERE lateness = 'too_late'
) TO '$OUT/clean.too_late' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);

COPY (
    SELECT
        log_partition, log_offset, ingest_time, claimed_type AS event_type, claimed_tenant AS tenant_id,
        CASE WHEN code IS NULL THEN 'dedupe' ELSE 'decode' END AS stage,
        coalesce(code, reason) AS code, body_bytes
    FROM read LEFT JOIN copies USING (log_partition, log_offset)
    WHERE code IS NOT NULL OR reason = 'conflicting_duplicate'
) TO '$OUT/clean.rejected' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);

COPY (
    SELECT
        log_partition, log_offset, event_type, tenant_id, source, event_id, reason AS matched_on,
        first_log_partition, first_log_offset
    FROM read JOIN copies USING (log_partition, log_offset)
    WHERE reason <> 'conflicting_duplicate'
) TO '$OUT/ops.duplicates' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);

COPY (
    SELECT
        window_start, coalesce(tenant_id, '') AS tenant_id, facility_id,
        count(*) FILTER (change.status = 'created') AS created,
        count(*) FILTER (change.status = 'picked_up') AS picked_up,
        count(*) FILTER (change.status = 'in_transit') AS in_transit,
        count(*) FILTER (change.status = 'out_for_delivery') AS out_for_delivery,
        count(*) FILTER (change.status = 'delivered') AS delivered,
        count(*) FILTER (change.status = 'exception') AS exceptions,
        count(*) FILTER (event_type = 'facility.scan') AS scans,
        count(*) FILTER (lateness = 'late') AS late_events
    FROM event
    WHERE event_type IN ('shipment.status.changed', 'facility.scan') AND lateness <> 'too_late'
    GROUP BY ALL
) TO '$OUT/curated.kpi_5min' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);

COPY (
    WITH minute AS (
        SELECT
            epoch_us(event_time) // 60000000 AS minute, coalesce(tenant_id, '') AS tenant_id, facility_id,
            count(*) FILTER (scan_type = 'arrival') AS arrivals,
            count(*) FILTER (scan_type = 'departure') AS departures
        FROM event
        WHERE event_type = 'facility.scan' AND lateness <> 'too_late'
        GROUP BY ALL
    )
    SELECT
        make_timestamptz((minute - back) * 60000000) AS window_start,
        make_timestamptz((minute - back + 15) * 60000000) AS window_end,
        tenant_id, facility_id, sum(arrivals)::BIGINT AS arrivals, sum(departures)::BIGINT AS departures
    FROM minute CROSS JOIN range(15) AS earlier (back)
    GROUP BY ALL
) TO '$OUT/curated.facility_throughput' (FORMAT parquet, COMPRESSION zstd, PER_THREAD_OUTPUT);
