-- What a disruption did: parcels' dwell and trucks' wait at the facilities it is about, in minutes, and the promises kept
-- by all deliveries. Stays and waits count by when they began, deliveries by when they were promised.
-- Grain:  three rows for each disruption: before, during and after it.
-- Keys:   nr, phase.
-- Inputs: disruption, affected (its facilities), stay, linehaul (movements), shipment.
with phase as (
    select
        nr,
        unnest(['before', 'during', 'after']) as phase,
        unnest([0, 1, 2]) as place,
        unnest([timestamptz '-infinity', begins, ends]) as since,
        unnest([begins, ends, timestamptz 'infinity']) as until
    from disruption
),
dwelt as (
    select
        nr,
        phase,
        count(*) as stays,
        quantile_disc(epoch_us(departed) - epoch_us(arrived), [0.5, 0.9]) as us
    from phase
    join affected using (nr)
    join stay on stay.facility_id = affected.facility_id and arrived >= since and arrived < until
    where departed is not null
    group by all
),
waited as (
    select nr, phase, count(*) as trucks, quantile_disc(epoch_us(docked_time) - epoch_us(arrived_time), 0.9) as us
    from phase
    join affected using (nr)
    join linehaul on destination_facility_id = affected.facility_id and arrived_time >= since and arrived_time < until
    group by all
),
kept as (
    select nr, phase, count(*) as delivered, count_if(delivered <= promised) as on_time
    from phase
    join shipment on promised >= since and promised < until
    where delivered is not null
    group by all
)
select
    phase.nr,
    phase.phase,
    coalesce(stays, 0),
    round(dwelt.us[1] / 6e7, 1),
    round(dwelt.us[2] / 6e7, 1),
    coalesce(trucks, 0),
    round(waited.us / 6e7, 1),
    coalesce(delivered, 0),
    round(on_time / delivered, 4)
from phase
left join dwelt on dwelt.nr = phase.nr and dwelt.phase = phase.phase
left join waited on waited.nr = phase.nr and waited.phase = phase.phase
left join kept on kept.nr = phase.nr and kept.phase = phase.phase
order by phase.nr, place
