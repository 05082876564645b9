-- What drivers did on the road, and what stopped them.
-- Grain:  one row. Hours are those at the wheel; a driver's day is that in UTC.
-- Keys:   none.
-- Inputs: legs (movements), duty (facts), place (facilities and their kinds).
with driven as (
    select driver_id, start_time::date as day, sum(epoch_us(end_time) - epoch_us(start_time)) as us
    from legs
    where kind = 'drive'
    group by all
),
stopped as (
    select distinct driver_id, departed_time, coalesce(destination_shipment_id, destination_facility_id)
    from legs
    left join place on place.facility_id = destination_facility_id
    where legs.kind = 'stop' and (destination_shipment_id is not null or place.kind = 'locker')
),
duties as (
    select
        status,
        epoch_us(lead(event_time) over (partition by driver_id order by event_time, status)) - epoch_us(event_time) as us
    from duty
)
select
    (select count(distinct driver_id) from legs) as drivers,
    (select count(distinct (driver_id, departed_time)) from legs) as rounds,
    (select count(*) from stopped) as stops,
    (select round(coalesce(sum(length_m), 0)::bigint / 1e3, 0)::bigint from legs where kind = 'drive') as km,
    (select round(coalesce(sum(us), 0)::bigint / 3.6e9, 1) from driven) as hours,
    (select round(quantile_disc(us::bigint, 0.5) / 3.6e9, 1) from driven) as hours_a_day_p50,
    (select round(max(us)::bigint / 3.6e9, 1) from driven) as hours_a_day_max,
    (select count(*) filter (status = 'on_shift') from duties) as shifts,
    (select count(*) filter (status = 'on_break') from duties) as breaks,
    (select count(*) filter (status = 'breakdown') from duties) as breakdowns,
    (select round(coalesce(sum(us) filter (status = 'breakdown'), 0)::bigint / 3.6e9, 1) from duties) as breakdown_hours
