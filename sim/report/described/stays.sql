-- Each stay of a parcel at a facility.
-- Grain:  one row for each arrival scan. `departed` is the departure scan that followed, `gone` that or the end of the
--         parcel's life, whichever there is; both are null of a parcel that still stands there when the run ends.
-- Keys:   none (a parcel can come twice).
-- Inputs: scan (facts), shipment.
with scanned as (
    select
        shipment_id,
        facility_id,
        scan_type,
        event_time,
        lead(event_time) over way as next_time,
        lead(scan_type) over way as next_type,
        lead(facility_id) over way as next_facility_id
    from scan
    window way as (partition by shipment_id order by event_time, scan_type)
),
stayed as (
    select
        shipment_id,
        facility_id,
        event_time as arrived,
        if(next_type = 'departure' and next_facility_id = facility_id, next_time, null) as departed,
        next_time
    from scanned
    where scan_type = 'arrival'
)
select
    facility_id,
    arrived,
    departed,
    coalesce(departed, next_time, if(shipment.ended >= arrived, shipment.ended, null)) as gone
from stayed
left join shipment using (shipment_id)
