"""Events beside what dedupe has decided about them so far: how they go from one of its rounds to the next.

In a stream they have no staging to wait in, since they don't wait for longer than an epoch.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.stages.copies import LOSERS, by_event_id, by_status, claims_of, settle
from pipeline.stages.each_batch import derived, one_batch
from pipeline.stages.memory import NOBODY
from pipeline.stages.rows import VALID

_LOST = {f"lost_{field.name}": field for field in LOSERS if field.name != "row"}
DECIDED = pa.schema([*VALID, *(pa.field(name, field.type) for name, field in _LOST.items())])
"""A valid event and why it is not first: what ``LOSERS`` says of it, null for an event that no round has decided on."""
_ROUNDS = {
    "id_hash": lambda claims, ttl_us: by_event_id(claims, ttl_us)[0],
    "status_hash": by_status,
}


def undecided(events: pa.RecordBatch) -> pa.RecordBatch:
    """Valid events (``VALID``) about which nothing is decided yet."""
    nothing = {name: pa.nulls(events.num_rows, field.type) for name, field in _LOST.items()}
    return derived(events, dict(zip(events.schema.names, events.columns, strict=True)) | nothing, DECIDED)


def contenders(events: pa.RecordBatch, key: str) -> pa.RecordBatch:
    """The claims of those that no round has decided on, and that have the key."""
    open_rows = pc.and_(pc.is_null(events.column("lost_reason")), pc.is_valid(events.column(key)))
    return claims_of(events, NOBODY).filter(open_rows)


def decide(events: pa.RecordBatch, before: pa.RecordBatch, key: str, ttl_us: int) -> pa.RecordBatch:
    """The events of an epoch (``DECIDED``) after one more round, given the claims that are remembered of it."""
    lost = _ROUNDS[key](pa.concat_batches([before, contenders(events, key)]), ttl_us)
    if not lost:
        return events
    losers = lost[0][1]
    at = np.full(events.num_rows, -1)
    at[losers.column("row").to_numpy()] = np.arange(len(losers))
    found = pa.array(at, mask=at < 0)
    columns = dict(zip(events.schema.names, events.columns, strict=True))
    columns |= {
        name: pc.coalesce(columns[name], losers.column(field.name).take(found)) for name, field in _LOST.items()
    }
    return derived(events, columns, DECIDED)


def firsts(events: pa.RecordBatch) -> pa.RecordBatch:
    """The events that lost in no round (``VALID``)."""
    return events.filter(pc.is_null(events.column("lost_reason"))).select(VALID.names)


def settled(events: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
    """Decided events as ``first`` events, ``duplicate`` rows and ``rejected`` rows."""
    columns = {field.name: events.column(name) for name, field in _LOST.items()}
    columns["row"] = pa.array(np.arange(events.num_rows))
    losers = pa.table([columns[name] for name in LOSERS.names], names=LOSERS.names)
    losers = one_batch(losers.filter(pc.is_valid(losers["reason"])).cast(LOSERS))
    return settle(events.select(VALID.names), losers)
