-- A parcel is in one facility at a time: it arrives, leaves where it arrived, and only then arrives again.
-- Inputs: scan.
select shipment_id, event_time, facility_id, scan_type, previous_facility, previous_scan
from (
    select
        shipment_id, event_time, facility_id, scan_type,
        lag(facility_id) over shipment as previous_facility,
        lag(scan_type) over shipment as previous_scan
    from scan
    window shipment as (partition by shipment_id order by event_time, scan_type)
)
where if(
    scan_type = 'arrival',
    coalesce(previous_scan, 'departure') <> 'departure',
    (previous_scan is distinct from 'arrival') or previous_facility <> facility_id
)
