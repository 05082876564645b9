-- A driver's duties follow each other in a possible order, so that no two shifts overlap.
-- Inputs: duty.
with allowed (before, after) as (
    values
    (null, 'on_shift'),
    ('on_shift', 'driving'), ('on_shift', 'on_break'), ('on_shift', 'off_shift'),
    ('driving', 'at_depot'), ('driving', 'on_break'), ('driving', 'breakdown'),
    ('at_depot', 'driving'), ('at_depot', 'on_break'), ('at_depot', 'off_shift'),
    ('on_break', 'driving'), ('on_break', 'at_depot'), ('on_break', 'off_shift'),
    ('breakdown', 'driving'), ('breakdown', 'at_depot'),
    ('off_shift', 'on_shift')
), followed as (
    select driver_id, event_time, status, lag(status) over driver as previous, lag(event_time) over driver as last_time
    from duty
    window driver as (partition by driver_id order by event_time)
)
select driver_id, event_time, previous, status
from followed
where event_time = last_time
    or not exists (from allowed where before is not distinct from previous and after = status)
