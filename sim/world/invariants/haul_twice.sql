-- A slot of a lane's timetable is served once.
-- Inputs: linehaul.
select lane_id, slot, count(*) as trucks
from linehaul
group by lane_id, slot
having count(*) > 1
