-- No van drives on with an empty tank or battery.
-- Inputs: legs, limits.
select vehicle_id, start_time, since_full_m, length_m
from legs, limits
where since_full_m < 0 or (since_full_m + length_m > range_m and length_m > 0)
