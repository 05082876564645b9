-- Each stay of a parcel at a facility.
-- Grain:  one row for each arrival scan. `departed` is the departure scan that follows, `gone` that or the end of the
--         parcel's life, whichever there is; both are null of a parcel that still stands there when the run ends.
-- Keys:   none (a parcel can come twice).
-- Inputs: scan (facts; a parcel's scans are arrivals and departures in turn), shipment.
with scanned as (
    select
        shipment_id,
        facility_id,
        scan_type,
        event_time,
        lead(event_time) over (partition by shipment_id order by event_time, scan_type) as next_time
    from scan
)
select
    facility_id,
    event_time as arrived,
    next_time as departed,
    coalesce(next_time, if(ended >= event_time, ended, null)) as gone
from scanned
left join shipment using (shipment_id)
where scan_type = 'arrival'
