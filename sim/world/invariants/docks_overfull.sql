-- No more trucks unload at a facility than it has docks.
-- Inputs: linehaul, dim_facility.
with moves as (
    select destination_facility_id as facility_id, docked_time as moved_time, 1 as docked from linehaul
    union all
    select destination_facility_id, unloaded_time, -1 from linehaul
), busy as (
    select facility_id, moved_time, sum(docked) over (
        partition by facility_id order by moved_time, docked rows between unbounded preceding and current row
    ) as trucks
    from moves
)
select facility_id, moved_time, trucks, docks
from busy join (select facility_id, max(docks) as docks from dim_facility group by facility_id) using (facility_id)
where trucks > docks
