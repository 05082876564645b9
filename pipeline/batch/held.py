"""What a warehouse holds of the messages of some days, as fingerprints, to tell a log that has grown from another one.

All logs count their offsets from 0. So a place that is known says nothing of the message: its content must be the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from backends.interface import BackendError, Warehouse
from pipeline.batch.days import Days
from pipeline.batch.in_memory import in_memory
from pipeline.batch.places import OFFSET_BITS, Places, packed
from pipeline.contract.tables import RAW_MESSAGES
from pipeline.stages.archive import archive

_CONTENT = ("ingest_time", "key", "attributes", "body", "body_base64")
_COLUMNS = ("log_partition", "log_offset", *_CONTENT)
_SCHEMA = pa.schema([RAW_MESSAGES.schema.field(name) for name in _COLUMNS])


class AnotherLog(BackendError):
    """A log has another message in a place than the warehouse; says which place."""


class Held(NamedTuple):
    """The places of messages, rising, and a 64-bit hash of each message."""

    places: Places
    content: Places

    def check(self, messages: pa.RecordBatch) -> None:
        """Raises AnotherLog unless each message is held in its place, just as it is."""
        if not messages.num_rows:
            return
        given = _fingerprints(iter([archive(messages)]))
        at = np.searchsorted(self.places, given.places)
        differs = at >= len(self.places)
        there = np.flatnonzero(~differs)
        found = at[there]
        differs[there] = (self.places[found] != given.places[there]) | (self.content[found] != given.content[there])
        if differs.any():
            place = int(given.places[differs][0])
            partition, offset = place >> OFFSET_BITS, place & ((1 << OFFSET_BITS) - 1)
            raise AnotherLog(
                f"partition {partition} offset {offset} differs from what the warehouse holds: this is another log; "
                "nothing was changed"
            )


def held(warehouse: Warehouse, days: Days) -> Held:
    """The messages in a warehouse that arrived on some days."""
    sql = f"SELECT {', '.join(f'`{name}`' for name in _COLUMNS)} FROM raw.messages"
    within = "WHERE ingest_date BETWEEN @first_day AND @last_day"
    return _fingerprints(iter(warehouse.query(f"{sql} {within}", days.parameters)))


def _fingerprints(rows: Iterator[pa.RecordBatch]) -> Held:
    batches = [_hashed(batch) for batch in rows if batch.num_rows]
    places = np.concatenate([place for place, _ in batches]) if batches else np.empty(0, dtype=np.int64)
    content = np.concatenate([one for _, one in batches]) if batches else np.empty(0, dtype=np.int64)
    order = np.argsort(places, kind="stable")
    return Held(places[order], content[order])


def _hashed(batch: pa.RecordBatch) -> tuple[Places, Places]:
    rows = batch.select(_COLUMNS).cast(_SCHEMA)
    with in_memory() as connection:
        connection.register("rows", rows)
        columns = ", ".join(f'"{name}"' for name in _CONTENT)
        found = connection.execute(f"SELECT hash({columns}) AS content FROM rows").fetchnumpy()["content"]
    return packed(rows), np.asarray(found, dtype=np.uint64).view(np.int64)
