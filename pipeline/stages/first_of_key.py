"""Who came first: of all claims to one key, the one that arrived first wins, whatever the order they are looked at.

A key is remembered for a time to live (TTL), counted from the arrival of its first claim; copies don't prolong it::

    ingest_time  t        t + ttl
    -------------|-----------|-------------------->
               first  copy  copy  first  copy          the second first is what later claims are compared with
"""

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


def first_of_key(claims: pa.RecordBatch, key: str, ttl_us: int) -> Contest:
    """Find the first claim of each key by ``(ingest_time, log_partition, log_offset)``.

    A claim more than ``ttl_us`` microseconds after the first of its key is a first again, and so on.
    A log edited by hand may have two messages at one place; then where they are staged decides.
    """
    shared = _is_shared(words(claims.column(key))[:, 0])
    alone, rows = np.flatnonzero(~shared), np.flatnonzero(shared)
    contest = _contest(claims.take(pa.array(rows)), key, ttl_us)
    return Contest(np.append(alone, rows[contest.winners]), rows[contest.losers], rows[contest.lost_to])


def _is_shared(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Whether a value stands in another row too. Few do, and to sort all rows by all columns takes much longer."""
    order = np.argsort(values)
    equal = values[order[1:]] == values[order[:-1]]
    shared = np.zeros(len(values), dtype=bool)
    shared[order[1:][equal]] = True
    shared[order[:-1][equal]] = True
    return shared


def _contest(claims: pa.RecordBatch, key: str, ttl_us: int) -> Contest:
    high, low = words(claims.column(key)).T
    staged_high, staged_low = words(claims.column("staged")).T
    arrival = _integers(claims, "ingest_time")
    place = (_integers(claims, "log_offset"), _integers(claims, "log_partition"))
    order = np.lexsort((_integers(claims, "row"), staged_low, staged_high, *place, arrival, low, high))
    high, low = high[order], low[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    is_first[_again(is_first, arrival[order], ttl_us)] = True
    first = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
    return Contest(order[is_first], order[~is_first], first[~is_first])


def _again(is_first: npt.NDArray[np.bool_], arrival: npt.NDArray[np.int64], ttl_us: int) -> npt.NDArray[np.intp]:
    """Rows, sorted by key and arrival, that come after the memory of their key's last first has ended."""
    first = np.flatnonzero(is_first)
    last = np.append(first, len(is_first))[1:] - 1
    forgotten = arrival[last] - arrival[first] > ttl_us
    first, last = first[forgotten], last[forgotten]
    found = [first[:0]]
    if len(first):
        instants, rank = np.unique(arrival, return_inverse=True)
        key = np.cumsum(is_first) * (len(instants) + 1)
        sorted_by = key + rank
    while len(first):  # one round for each time that a key is forgotten
        ends = key[first] + np.searchsorted(instants, arrival[first] + ttl_us, side="right")
        first = np.searchsorted(sorted_by, ends)
        found.append(first)
        forgotten = arrival[last] - arrival[first] > ttl_us
        first, last = first[forgotten], last[forgotten]
    return np.concatenate(found)


def words(hashes: pa.Array) -> npt.NDArray[np.uint64]:
    """Hashes without nulls as two columns of 64-bit words."""
    start = 16 * hashes.offset
    return np.frombuffer(hashes.buffers()[1], dtype="<u8", count=2 * len(hashes), offset=start).reshape(-1, 2)


def _integers(claims: pa.RecordBatch, column: str) -> npt.NDArray[np.int64]:
    return np.asarray(pc.cast(claims.column(column), pa.int64()).to_numpy())
