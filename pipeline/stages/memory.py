"""What a stream remembers of the events it has seen: the hashes of each first, and where and when it came.

A memory is a list of segments, the largest first. A segment is a matrix of 64-bit words with a column for each event,
sorted by the first word of its hash, and travels as its bytes. A new segment takes up those that are not larger than
twice itself (as a log-structured merge tree does: P. O'Neil et al., Acta Informatica 33, 1996), so an event is moved a
logarithm of times, and there are few segments to look into.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from pipeline.stages.first_of_key import CLAIMS, words
from pipeline.stages.rows import HASH

Words: TypeAlias = npt.NDArray[np.int64]
"""A column for each event: two words of the key's hash, two of the content's, then these."""
_ARRIVAL, _PARTITION, _OFFSET, _WORDS = 4, 5, 6, 7
NOBODY = bytes(16)
"""Where a remembered claim is staged: nowhere. It comes before all others, since its row is negative."""


class Segment(NamedTuple):
    """Some of what is remembered, and the bytes that it travels as."""

    content: bytes
    words: Words

    @classmethod
    def of(cls, words: Words) -> Segment:
        """A segment of events in any order."""
        ordered = np.ascontiguousarray(words[:, np.argsort(words[0], kind="stable")])
        return cls(ordered.tobytes(), ordered)

    @classmethod
    def unpacked(cls, content: bytes) -> Segment:
        """The segment that has these bytes, which are not copied."""
        return cls(content, np.frombuffer(content, np.int64).reshape(_WORDS, -1))

    @property
    def events(self) -> int:
        """How many events it remembers."""
        return len(self.words[0])


def remembered(firsts: pa.RecordBatch, key: str) -> Words:
    """What to remember of the firsts (``CLAIMS``), by one of their hashes."""
    if not firsts.num_rows:
        return np.empty((_WORDS, 0), np.int64)
    integers = [
        pc.cast(firsts.column(name), pa.int64()).to_numpy() for name in ("ingest_time", "log_partition", "log_offset")
    ]
    hashes = [words(firsts.column(name)).view(np.int64).T for name in (key, "content_hash")]
    return np.vstack([*hashes, *integers])


def recalled(memory: Sequence[Segment], claims: pa.RecordBatch, key: str) -> pa.RecordBatch:
    """What is remembered of the claims' keys, as claims (``CLAIMS``) with negative rows and no status.

    It is looked up by the first half of the hash, so there may be some of other keys too, which does no harm.
    """
    wanted = np.unique(words(claims.column(key)).view(np.int64)[:, 0])
    found = np.hstack([np.empty((_WORDS, 0), np.int64), *(_found(segment.words, wanted) for segment in memory)])
    count = found.shape[1]
    columns = {
        "id_hash": pa.array([NOBODY] * count, HASH),
        "status_hash": pa.nulls(count, HASH),
        "content_hash": _hashes(found[2:4]),
        "ingest_time": pc.cast(pa.array(found[_ARRIVAL]), TIMESTAMP),
        "log_partition": pc.cast(pa.array(found[_PARTITION]), pa.int32()),
        "log_offset": pa.array(found[_OFFSET]),
        "staged": pa.array([NOBODY] * count, HASH),
        "row": pa.array(np.arange(-count, 0)),
    }
    columns[key] = _hashes(found[:2])
    return pa.RecordBatch.from_arrays([columns[name] for name in CLAIMS.names], schema=CLAIMS)


def added(memory: Sequence[Segment], new: Words, forget_us: int) -> list[Segment]:
    """The memory with new events. Who arrived at ``forget_us`` (since 1970) or before is forgotten.

    That is done once half of a segment can be: a memory is at most twice as large as what must be remembered.
    """
    kept = [segment for segment in (_awake(segment, forget_us) for segment in memory) if segment.events]
    while new.shape[1] and kept and kept[-1].events <= 2 * new.shape[1]:
        new = np.hstack([kept.pop().words, new])
    return [*kept, Segment.of(new)] if new.shape[1] else kept


def _awake(segment: Segment, forget_us: int) -> Segment:
    alive = segment.words[_ARRIVAL] > forget_us
    return segment if 2 * np.count_nonzero(alive) >= len(alive) else Segment.of(segment.words[:, alive])


def _found(segment: Words, wanted: npt.NDArray[np.int64]) -> Words:
    start = np.searchsorted(segment[0], wanted, side="left")
    count = np.searchsorted(segment[0], wanted, side="right") - start
    first = np.repeat(start, count)
    return segment[:, first + np.arange(len(first)) - np.repeat(np.cumsum(count) - count, count)]


def _hashes(pair: Words) -> pa.Array:
    content = np.ascontiguousarray(pair.T).tobytes()
    return pa.FixedSizeBinaryArray.from_buffers(HASH, pair.shape[1], [None, pa.py_buffer(content)])
