"""What must become of each message, decided from the plan and the log's order alone, in SQL.

The pipeline decides the same thing from the bytes, with other means; the checks compare the two.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.contract.events import STATUS_CHANGED
from pipeline.contract.rejections import Rejection
from sim.ledger import Body
from sim.producers.plan import BODIES, Messages, type_code
from sim.producers.wire import DAMAGES, damage_of
from sim.rng import Randomness

WINDOW_US = 5 * 60 * 1_000_000

_FATES = """
with message as (
    select *,
        case
            when body = $malformed then damage_code
            when body = $broken then $wrong_type
            when event_time > ingest_time + $future_tolerance then $from_future
        end as refused,
        (event_time // $window + 1) * $window as window_end
    from planned
),
by_id as (
    select message_id, first_value(message_id) over same_id as first_by_id, first_value(body) over same_id as first_body
    from message where refused is null
    window same_id as (partition by producer, event_type, fact_row, new_id order by ingest_time, "partition", "offset")
),
by_status as (
    select message_id, first_value(message_id) over (
        partition by fact_row order by ingest_time, "partition", "offset") as first_by_status
    from message join by_id using (message_id) where message_id = first_by_id and event_type = $status_changed
)
select
    case
        when refused is not null then 'rejected'
        when message_id <> first_by_id and body <> first_body then 'rejected'
        when message_id <> coalesce(first_by_status, first_by_id) then 'duplicate'
        when ingest_time <= window_end then 'clean'
        when ingest_time <= window_end + $allowed_lateness then 'late'
        else 'too_late'
    end as fate,
    case
        when refused is not null then refused
        when message_id <> first_by_id and body <> first_body then $conflict
    end as code,
    case
        when fate <> 'duplicate' then null
        when message_id <> first_by_id then first_by_id
        else first_by_status
    end as kept_message_id,
    case when fate = 'duplicate' then if(message_id <> first_by_id, 'event_id', 'status') end as matched_on
from message left join by_id using (message_id) left join by_status using (message_id)
order by message_id
"""


def fates(
    messages: Messages,
    positions: pa.Table,
    randomness: Randomness,
    *,
    allowed_lateness_us: int,
    future_tolerance_us: int,
) -> pa.Table:
    """``fate``, ``code``, ``kept_message_id`` and ``matched_on`` of each message, in order of message id.

    ``positions`` holds the partition and offset of each message, likewise.
    """
    codes = np.array([code for _, code in DAMAGES], dtype=object)
    malformed = messages.body == BODIES.index(Body.MALFORMED)
    damage_code = np.full(len(messages), None, dtype=object)
    damage_code[malformed] = codes[damage_of(messages, randomness)[malformed]]
    planned = pa.table(
        {
            "message_id": np.arange(len(messages)),
            "partition": positions["partition"],
            "offset": positions["offset"],
            "producer": messages.producer,
            "event_type": messages.event_type,
            "fact_row": messages.fact_row,
            "new_id": messages.new_id,
            "event_time": messages.event_time,
            "ingest_time": messages.ingest_time,
            "body": messages.body,
            "damage_code": pa.array(damage_code, pa.string()),
        }
    )
    with duckdb.connect() as connection:
        connection.register("planned", planned)
        answer = connection.sql(
            _FATES,
            params={
                "malformed": BODIES.index(Body.MALFORMED),
                "broken": BODIES.index(Body.BROKEN_TYPE),
                "wrong_type": Rejection.WRONG_TYPE.value,
                "from_future": Rejection.EVENT_FROM_FUTURE.value,
                "conflict": Rejection.CONFLICTING_DUPLICATE.value,
                "status_changed": type_code(STATUS_CHANGED),
                "window": WINDOW_US,
                "allowed_lateness": allowed_lateness_us,
                "future_tolerance": future_tolerance_us,
            },
        )
        return answer.to_arrow_table()
