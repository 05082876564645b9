-- No label is read behind shut gates.
-- Inputs: scan, capacity.
select scan.shipment_id, scan.facility_id, scan.event_time, capacity.event_time as shut_time
from scan
asof join capacity on scan.facility_id = capacity.facility_id and scan.event_time >= capacity.event_time
where capacity.docks_open = 0 and scan.event_time > capacity.event_time
