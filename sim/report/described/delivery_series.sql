-- Deliveries over time.
-- Grain:  one row for each step with a delivery.
-- Keys:   step.
-- Inputs: shipment, run.
select
    (epoch_us(delivered) - epoch_us(begins)) // step_us as step,
    count(*) as delivered,
    count_if(delivered <= promised) as on_time
from shipment, run
where delivered is not null
group by step
order by step
