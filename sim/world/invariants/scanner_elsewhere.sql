-- A facility reads labels with scanners of its own.
-- Inputs: scan.
select shipment_id, facility_id, event_time, scanner_id
from scan
where not starts_with(scanner_id, 'SC-' || facility_id || '-')
