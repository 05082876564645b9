-- What the contract says of each type's payload `p`, whose fields are JSON text. `names` are the fields that came.

CREATE MACRO payload_problem(event_type, p, names) AS CASE event_type
    WHEN 'shipment.created' THEN coalesce(
        CASE
            WHEN
                p.shipment_id IS NULL OR p.origin_facility_id IS NULL OR p.destination_facility_id IS NULL
                OR p.service_level IS NULL OR p.promised_time IS NULL OR p.weight_kg IS NULL
                OR p.recipient_name IS NULL OR p.recipient_phone IS NULL OR p.recipient_email IS NULL
                THEN absence(names, ['shipment_id', 'origin_facility_id', 'destination_facility_id', 'service_level',
                    'promised_time', 'weight_kg', 'recipient_name', 'recipient_phone', 'recipient_email'])
        END,
        identifier_problem(p.shipment_id),
        identifier_problem(p.origin_facility_id),
        identifier_problem(p.destination_facility_id),
        choice_problem(p.service_level, ['standard', 'express']),
        instant_problem(p.promised_time),
        number_problem(p.weight_kg, 1e-300, 1000),
        text_problem(p.recipient_name, 200),
        text_problem(p.recipient_phone, 64),
        text_problem(p.recipient_email, 254)
    )
    WHEN 'shipment.status.changed' THEN coalesce(
        CASE
            WHEN
                p.shipment_id IS NULL OR p.status IS NULL OR p.facility_id IS NULL OR p.geo.lat IS NULL
                OR p.geo.lon IS NULL OR p.carrier_code IS NULL
                THEN absence(names, ['shipment_id', 'status', 'facility_id', 'geo', 'carrier_code'])
        END,
        identifier_problem(p.shipment_id),
        choice_problem(
            p.status, ['created', 'picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'exception']
        ),
        identifier_problem(p.facility_id),
        number_problem(p.geo.lat, -90, 90),
        number_problem(p.geo.lon, -180, 180),
        identifier_problem(p.carrier_code),
        instant_problem(p.eta),
        choice_problem(
            p.reason, ['nobody_home', 'address_not_found', 'refused', 'damaged', 'returned', 'locker_full']
        ),
        whole_number_problem(p.attempt, 1, 100)
    )
    WHEN 'shipment.eta.updated' THEN coalesce(
        CASE WHEN p.shipment_id IS NULL OR p.eta IS NULL THEN absence(names, ['shipment_id', 'eta']) END,
        identifier_problem(p.shipment_id),
        instant_problem(p.eta),
        instant_problem(p.previous_eta)
    )
    WHEN 'facility.scan' THEN coalesce(
        CASE
            WHEN p.shipment_id IS NULL OR p.facility_id IS NULL OR p.scan_type IS NULL OR p.scanner_id IS NULL
                THEN absence(names, ['shipment_id', 'facility_id', 'scan_type', 'scanner_id'])
        END,
        identifier_problem(p.shipment_id),
        identifier_problem(p.facility_id),
        choice_problem(p.scan_type, ['arrival', 'departure']),
        identifier_problem(p.scanner_id)
    )
    WHEN 'facility.capacity.changed' THEN coalesce(
        CASE
            WHEN p.facility_id IS NULL OR p.docks_open IS NULL OR p.reason IS NULL
                THEN absence(names, ['facility_id', 'docks_open', 'reason'])
        END,
        identifier_problem(p.facility_id),
        whole_number_problem(p.docks_open, 0, 10000),
        choice_problem(p.reason, ['opening', 'closing', 'closure', 'staffing'])
    )
    WHEN 'driver.status.changed' THEN coalesce(
        CASE
            WHEN
                p.driver_id IS NULL OR p.status IS NULL OR p.facility_id IS NULL OR p.driver_name IS NULL
                OR p.driver_phone IS NULL OR p.driver_email IS NULL
                THEN absence(
                    names, ['driver_id', 'status', 'facility_id', 'driver_name', 'driver_phone', 'driver_email']
                )
        END,
        identifier_problem(p.driver_id),
        choice_problem(
            p.status, ['on_shift', 'driving', 'at_depot', 'off_shift', 'on_break', 'breakdown']
        ),
        identifier_problem(p.facility_id),
        text_problem(p.driver_name, 200),
        text_problem(p.driver_phone, 64),
        text_problem(p.driver_email, 254),
        identifier_problem(p.vehicle_id)
    )
    WHEN 'driver.location' THEN coalesce(
        CASE
            WHEN p.driver_id IS NULL OR p.vehicle_id IS NULL OR p.geo.lat IS NULL OR p.geo.lon IS NULL
                THEN absence(names, ['driver_id', 'vehicle_id', 'geo'])
        END,
        identifier_problem(p.driver_id),
        identifier_problem(p.vehicle_id),
        number_problem(p.geo.lat, -90, 90),
        number_problem(p.geo.lon, -180, 180)
    )
    WHEN 'vehicle.telemetry' THEN coalesce(
        CASE
            WHEN
                p.vehicle_id IS NULL OR p.driver_id IS NULL OR p.speed_kmh IS NULL OR p.harsh_brakes IS NULL
                OR p.odometer_km IS NULL OR p.fuel_pct IS NULL
                THEN absence(
                    names, ['vehicle_id', 'driver_id', 'speed_kmh', 'harsh_brakes', 'odometer_km', 'fuel_pct']
                )
        END,
        identifier_problem(p.vehicle_id),
        identifier_problem(p.driver_id),
        number_problem(p.speed_kmh, 0, 300),
        whole_number_problem(p.harsh_brakes, 0, 1000),
        number_problem(p.odometer_km, 0, 1e300),
        number_problem(p.fuel_pct, 0, 100),
        number_problem(p.battery_pct, 0, 100),
        number_problem(p.temperature_c, -60, 80)
    )
END;

-- How many fields of a payload without a problem the contract has: the required ones, and what came of the others.
CREATE MACRO known_fields(event_type, event_version, p) AS CASE event_type
    WHEN 'shipment.created' THEN 9
    WHEN 'shipment.status.changed' THEN
        5 + (p.eta IS NOT NULL)::INTEGER + (p.reason IS NOT NULL)::INTEGER + (p.attempt IS NOT NULL)::INTEGER
    WHEN 'shipment.eta.updated' THEN 2 + (p.previous_eta IS NOT NULL)::INTEGER
    WHEN 'facility.scan' THEN 4
    WHEN 'facility.capacity.changed' THEN 3
    WHEN 'driver.status.changed' THEN 6 + (p.vehicle_id IS NOT NULL)::INTEGER
    WHEN 'driver.location' THEN 3
    WHEN 'vehicle.telemetry' THEN CASE event_version
        WHEN 1 THEN 6
        ELSE 6 + (p.battery_pct IS NOT NULL)::INTEGER + (p.temperature_c IS NOT NULL)::INTEGER
    END
END;

CREATE MACRO known_names(event_type, event_version) AS CASE event_type
    WHEN 'shipment.created' THEN ['shipment_id', 'origin_facility_id', 'destination_facility_id', 'service_level',
        'promised_time', 'weight_kg', 'recipient_name', 'recipient_phone', 'recipient_email']
    WHEN 'shipment.status.changed' THEN ['shipment_id', 'status', 'facility_id', 'geo', 'carrier_code', 'eta', 'reason',
        'attempt']
    WHEN 'shipment.eta.updated' THEN ['shipment_id', 'eta', 'previous_eta']
    WHEN 'facility.scan' THEN ['shipment_id', 'facility_id', 'scan_type', 'scanner_id']
    WHEN 'facility.capacity.changed' THEN ['facility_id', 'docks_open', 'reason']
    WHEN 'driver.status.changed' THEN ['driver_id', 'status', 'facility_id', 'driver_name', 'driver_phone',
        'driver_email', 'vehicle_id']
    WHEN 'driver.location' THEN ['driver_id', 'vehicle_id', 'geo']
    WHEN 'vehicle.telemetry' THEN CASE event_version
        WHEN 1 THEN ['vehicle_id', 'driver_id', 'speed_kmh', 'harsh_brakes', 'odometer_km', 'fuel_pct']
        ELSE ['vehicle_id', 'driver_id', 'speed_kmh', 'harsh_brakes', 'odometer_km', 'fuel_pct', 'battery_pct',
            'temperature_c']
    END
END;

-- The payload with tokens in place of personal data. A merge patch (RFC 7396) replaces what it names.
CREATE MACRO tokenised(event_type, tenant_id, payload, p) AS CASE event_type
    WHEN 'shipment.created' THEN json_merge_patch(payload, json_object(
        'recipient_name', token(tenant_id, 'name', p.recipient_name),
        'recipient_phone', token(tenant_id, 'phone', p.recipient_phone),
        'recipient_email', token(tenant_id, 'email', p.recipient_email)
    ))
    WHEN 'driver.status.changed' THEN json_merge_patch(payload, json_object(
        'driver_name', token(tenant_id, 'name', p.driver_name),
        'driver_phone', token(tenant_id, 'phone', p.driver_phone),
        'driver_email', token(tenant_id, 'email', p.driver_email)
    ))
    ELSE payload
END;

-- The payload without the fields that the contract does not have; in a merge patch null removes.
CREATE MACRO without(payload, unknown) AS CASE
    WHEN unknown IS NULL THEN payload
    ELSE json_merge_patch(
        payload, ('{' || array_to_string(list_transform(unknown, lambda name: to_json(name) || ':null'), ',') || '}')::JSON
    )
END;

CREATE MACRO schema_hash(event_type, event_version, unknown) AS sha256(
    event_type || '/' || event_version
    || coalesce('+' || array_to_string(list_sort(unknown), '+'), '')
)[:16];
