-- What became of all shipments.
-- Grain:  one row.
-- Keys:   none.
-- Inputs: shipment.
select
    count(*) as booked,
    count(delivered) as delivered,
    count(*) filter (delivered is null and returned is not null) as returned,
    count(*) filter (ended is null) as open,
    coalesce(sum(failed_attempts), 0)::bigint as failed_attempts
from shipment
