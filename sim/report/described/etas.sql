-- How often the published arrival time moved, and how wrong it was: delivery minus the time published, in minutes, where
-- more than zero means later than told.
-- Grain:  one row; errors are those of delivered shipments with a published time.
-- Keys:   none.
-- Inputs: shipment.
with told as (
    select
        published,
        epoch_us(delivered) - epoch_us(first_eta) as first_us,
        epoch_us(delivered) - epoch_us(last_eta) as last_us
    from shipment
    where published > 0
)
select
    count(*) as shipments,
    count(*) filter (published > 1) as moved,
    coalesce(sum(published - 1), 0)::bigint as updates,
    coalesce(max(published - 1), 0) as updates_max,
    count(first_us) as delivered,
    round(quantile_disc(first_us, 0.5) / 6e7, 1) as first_p50,
    round(quantile_disc(abs(first_us), 0.5) / 6e7, 1) as first_off_p50,
    round(quantile_disc(abs(first_us), 0.9) / 6e7, 1) as first_off_p90,
    round(quantile_disc(last_us, 0.5) / 6e7, 1) as last_p50,
    round(quantile_disc(abs(last_us), 0.5) / 6e7, 1) as last_off_p50,
    round(quantile_disc(abs(last_us), 0.9) / 6e7, 1) as last_off_p90
from told
