-- Every message read and judged: an event with tokens in place of personal data, or the code why it is none.
-- Grain: one row for each message. `content` is a hash of all that may not differ between two copies of an event.
COPY (
    WITH message AS (
        SELECT
            "partition" AS log_partition,
            "offset" AS log_offset,
            ingest_time,
            coalesce(attributes['event_type'], 'unknown') AS claimed_type,
            attributes['tenant_id'] AS claimed_tenant,
            octet_length(value) AS body_bytes,
            try(decode(value)) AS body
        FROM log
    ),
    parsed AS (
        SELECT
            *,
            CASE
                WHEN body_bytes > 1048576 THEN 'too_large'
                WHEN body IS NULL THEN 'bad_encoding'
                WHEN NOT json_valid(body) THEN 'bad_json'
                WHEN contains(body, '[[[[') AND regexp_matches(body, '(\[[^]"]*){32}') THEN 'too_deep'
                WHEN body[1] <> '{' THEN 'wrong_type'
            END AS damage
        FROM message
    ),
    enveloped AS (
        SELECT
            * EXCLUDE (body, damage),
            CASE WHEN damage IS NULL THEN json_keys(body) END AS names,
            json_transform(
                CASE WHEN damage IS NULL THEN body END,
                '{"event_id": "JSON", "event_type": "JSON", "event_version": "JSON", "event_time": "JSON",
                "producer_time": "JSON", "source": "JSON", "payload": "JSON", "trace_id": "JSON", "tenant_id": "JSON"}'
            )::STRUCT(
                event_id VARCHAR, event_type VARCHAR, event_version VARCHAR, event_time VARCHAR, producer_time VARCHAR,
                source VARCHAR, payload VARCHAR, trace_id VARCHAR, tenant_id VARCHAR
            ) AS e,
            damage
        FROM parsed
    ),
    judged AS (
        SELECT
            * EXCLUDE (damage),
            coalesce(
                damage,
                CASE WHEN len(names) <> 9 AND len(list_distinct(names)) <> len(names) THEN 'bad_json' END,
                CASE
                    WHEN e.event_version IN ('NaN', 'Infinity', '-Infinity') THEN 'bad_json'
                    WHEN
                        e.event_id IS NULL OR e.event_type IS NULL OR e.event_version IS NULL OR e.event_time IS NULL
                        OR e.producer_time IS NULL OR e.source IS NULL OR e.payload IS NULL
                        THEN absence(
                            names,
                            ['event_id', 'event_type', 'event_version', 'event_time', 'producer_time', 'source', 'payload']
                        )
                END,
                identifier_problem(e.event_id),
                identifier_problem(e.event_type),
                whole_number_problem(e.event_version, 1, 1000),
                instant_problem(e.event_time),
                instant_problem(e.producer_time),
                identifier_problem(e.source),
                identifier_problem(e.trace_id),
                identifier_problem(e.tenant_id),
                CASE
                    WHEN NOT list_contains(getvariable('event_types'), e.event_type[2:-2]) THEN 'unknown_type'
                    WHEN NOT (
                        e.event_version = '1' OR (e.event_version = '2' AND e.event_type = '"vehicle.telemetry"')
                    ) THEN 'unsupported_version'
                    WHEN e.payload[1] <> '{' THEN 'wrong_type'
                END
            ) AS flaw
        FROM enveloped
    ),
    opened AS (
        SELECT
            * EXCLUDE (names),
            CASE WHEN flaw IS NULL THEN json_keys(e.payload) END AS names,
            json_transform(
                CASE WHEN flaw IS NULL THEN e.payload END,
                '{"shipment_id": "JSON", "origin_facility_id": "JSON", "destination_facility_id": "JSON",
                "service_level": "JSON", "promised_time": "JSON", "weight_kg": "JSON", "recipient_name": "JSON",
                "recipient_phone": "JSON", "recipient_email": "JSON", "status": "JSON", "facility_id": "JSON",
                "geo": {"lat": "JSON", "lon": "JSON"}, "carrier_code": "JSON", "eta": "JSON", "reason": "JSON",
                "attempt": "JSON", "previous_eta": "JSON", "scan_type": "JSON", "scanner_id": "JSON",
                "docks_open": "JSON", "driver_id": "JSON", "driver_name": "JSON", "driver_phone": "JSON",
                "driver_email": "JSON", "vehicle_id": "JSON", "speed_kmh": "JSON", "harsh_brakes": "JSON",
                "odometer_km": "JSON", "fuel_pct": "JSON", "battery_pct": "JSON", "temperature_c": "JSON"}'
            )::STRUCT(
                shipment_id VARCHAR, origin_facility_id VARCHAR, destination_facility_id VARCHAR,
                service_level VARCHAR, promised_time VARCHAR, weight_kg VARCHAR, recipient_name VARCHAR,
                recipient_phone VARCHAR, recipient_email VARCHAR, status VARCHAR, facility_id VARCHAR,
                geo STRUCT(lat VARCHAR, lon VARCHAR), carrier_code VARCHAR, eta VARCHAR, reason VARCHAR,
                attempt VARCHAR, previous_eta VARCHAR, scan_type VARCHAR, scanner_id VARCHAR,
                docks_open VARCHAR, driver_id VARCHAR, driver_name VARCHAR, driver_phone VARCHAR,
                driver_email VARCHAR, vehicle_id VARCHAR, speed_kmh VARCHAR, harsh_brakes VARCHAR,
                odometer_km VARCHAR, fuel_pct VARCHAR, battery_pct VARCHAR, temperature_c VARCHAR
            ) AS p
        FROM judged
    ),
    typed AS (
        SELECT
            * EXCLUDE (e, names),
            e.payload AS payload,
            unquoted(e.event_id) AS event_id,
            unquoted(e.event_type) AS event_type,
            CASE WHEN flaw IS NULL THEN try_cast(e.event_version AS BIGINT) END AS event_version,
            instant(e.event_time) AS event_time,
            instant(e.producer_time) AS producer_time,
            unquoted(e.source) AS source,
            unquoted(e.trace_id) AS trace_id,
            unquoted(e.tenant_id) AS tenant_id,
            names
        FROM opened
    ),
    decided AS (
        SELECT
            * EXCLUDE (flaw, names),
            CASE
                WHEN len(names) <> known_fields(event_type, event_version, p)
                    THEN list_filter(names, lambda name: NOT list_contains(known_names(event_type, event_version), name))
            END AS unknown,
            coalesce(
                flaw,
                payload_problem(event_type, p, names),
                CASE
                    WHEN event_time > ingest_time + to_microseconds(getvariable('future_tolerance_us'))
                        THEN 'event_from_future'
                END
            ) AS code
        FROM typed
    )
    SELECT
        log_partition, log_offset, ingest_time, claimed_type, claimed_tenant, body_bytes, code,
        event_id, event_type, event_version, event_time, producer_time, source, trace_id, tenant_id,
        CASE WHEN code IS NULL THEN unquoted(p.shipment_id) END AS shipment_id,
        CASE WHEN code IS NULL THEN unquoted(p.facility_id) END AS facility_id,
        CASE
            WHEN code IS NULL THEN without(tokenised(event_type, tenant_id, payload, p), unknown)
        END AS payload,
        CASE WHEN code IS NULL THEN schema_hash(event_type, event_version, unknown) END AS schema_hash,
        CASE WHEN code IS NULL THEN hash(event_type, event_version, event_time, payload) END AS content,
        CASE WHEN code IS NULL AND event_type = 'facility.scan' THEN unquoted(p.scan_type) END AS scan_type,
        CASE WHEN code IS NULL AND event_type = 'shipment.status.changed' THEN {
            'status': unquoted(p.status),
            'geo_lat': try_cast(p.geo.lat AS DOUBLE),
            'geo_lon': try_cast(p.geo.lon AS DOUBLE),
            'carrier_code': unquoted(p.carrier_code),
            'eta': instant(p.eta),
            'reason': unquoted(p.reason),
            'attempt': try_cast(p.attempt AS BIGINT)
        } END AS change
    FROM decided
) TO '$OUT/.read.parquet' (FORMAT parquet, COMPRESSION lz4_raw);

CREATE VIEW read AS FROM read_parquet('$OUT/.read.parquet');
