"""Who came first: of all claims to one key, the one that arrived first wins, whatever the order they are looked at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from pipeline.stages.rows import HASH

CLAIMS = pa.schema(
    [
        pa.field("id_hash", HASH, nullable=False),
        pa.field("status_hash", HASH),
        pa.field("content_hash", HASH, nullable=False),
        pa.field("ingest_time", TIMESTAMP, nullable=False),
        pa.field("log_partition", pa.int32(), nullable=False),
        pa.field("log_offset", pa.int64(), nullable=False),
        pa.field("staged", HASH, nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)
"""All of an event that is needed to find copies: its hashes, its place in the log, and where it is staged."""


class Contest(NamedTuple):
    """Row numbers of claims: the winners, and each loser beside the winner it lost to."""

    winners: npt.NDArray[np.intp]
    losers: npt.NDArray[np.intp]
    lost_to: npt.NDArray[np.intp]


def first_of_key(claims: pa.RecordBatch, key: str) -> Contest:
    """Find the first claim of each key by ``(ingest_time, log_partition, log_offset)``.

    A log edited by hand may have two messages at one place; then where they are staged decides.
    """
    high, low = words(claims.column(key)).T
    staged_high, staged_low = words(claims.column("staged")).T
    place = [_integers(claims, name) for name in ("log_offset", "log_partition", "ingest_time")]
    order = np.lexsort((_integers(claims, "row"), staged_low, staged_high, *place, low, high))
    high, low = high[order], low[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    first = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
    return Contest(order[is_first], order[~is_first], first[~is_first])


def words(hashes: pa.Array) -> npt.NDArray[np.uint64]:
    """Hashes without nulls as two columns of 64-bit words."""
    start = 16 * hashes.offset
    return np.frombuffer(hashes.buffers()[1], dtype="<u8", count=2 * len(hashes), offset=start).reshape(-1, 2)


def _integers(claims: pa.RecordBatch, column: str) -> npt.NDArray[np.int64]:
    return np.asarray(pc.cast(claims.column(column), pa.int64()).to_numpy())
