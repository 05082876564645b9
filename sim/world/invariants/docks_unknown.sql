-- A facility never reports more open docks than it has, nor open ones when it shuts.
-- Inputs: capacity, dim_facility.
select facility_id, event_time, docks_open, reason, docks
from capacity join (select facility_id, max(docks) as docks from dim_facility group by facility_id) using (facility_id)
where docks_open > docks or docks_open < 0 or (reason = 'closing' and docks_open > 0)
