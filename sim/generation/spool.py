"""A chunk: the messages about one slice, encoded, in order of arrival, in a file that waits to be merged."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa

from sim.arrays import I64

SPOOLED = pa.schema(
    [
        ("row", pa.int32()),
        ("ingest_time", pa.int64()),
        ("producer_time", pa.int64()),
        ("event_time", pa.int64()),
        ("event_type", pa.int8()),
        ("event_version", pa.int8()),
        ("source", pa.int8()),
        ("tenant", pa.int16()),
        ("format", pa.int8()),
        ("body", pa.int8()),
        ("detail", pa.string()),
        ("fact_row", pa.int32()),
        ("copy", pa.int32()),
        ("fate", pa.int8()),
        ("code", pa.int8()),
        ("kept_row", pa.int32()),
        ("matched_on", pa.int8()),
        ("key", pa.string()),
        ("event_id", pa.string()),
        ("value_sha256", pa.binary(32)),
        ("value", pa.large_binary()),
    ]
)
"""Times are microseconds since 1970; ``row`` and ``kept_row`` count the plan's messages, ``fact_row`` the slice's
facts; types, sources, tenants, formats, bodies, fates, codes and columns matched on are numbers, -1 for none."""


@dataclass(frozen=True)
class Chunk:
    """What a worker hands back about one slice."""

    index: int
    path: Path
    facts: tuple[int, ...]
    """How many facts of each event type the slice has."""
    planned: int
    """Messages of the plan, those that were dropped among them."""
    firings: pa.Table
    """Schema ``SPOOLED_FIRINGS``."""
    watermark: int
    """No later chunk holds a message that arrived before this, in microseconds since 1970."""


SPOOLED_FIRINGS = pa.schema(
    [
        ("fault_id", pa.string()),
        ("kind", pa.string()),
        ("row", pa.int32()),
        ("dropped", pa.bool_()),
        ("event_type", pa.int8()),
        ("fact_row", pa.int32()),
        ("cause", pa.string()),
        ("root_cause", pa.string()),
        ("held_us", pa.int64()),
    ]
)


def write_chunk(path: Path, messages: pa.RecordBatch) -> None:
    """Leave the messages of a chunk, schema ``SPOOLED``, in order of arrival."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, SPOOLED) as writer:
        for first in range(0, messages.num_rows, _BATCH_ROWS):
            writer.write_batch(messages.slice(first, _BATCH_ROWS))


_BATCH_ROWS = 2_048
"""Rows that are read, and held in memory, when one of them is wanted: a chunk may wait long for its last messages."""


class SpooledChunk:
    """A chunk that is being merged: what of it has not arrived yet."""

    def __init__(self, chunk: Chunk, fact_bases: I64) -> None:
        self.chunk = chunk
        self.fact_bases = fact_bases
        """Facts of each event type in the slices before."""
        self.message_ids = np.full(chunk.planned, -1, np.int64)
        """By row of the plan: the message's place in the order of arrival, once it has arrived."""
        self._batches = count(0)
        self._ahead: list[pa.RecordBatch] = []
        self._next = 0
        self.times = self._read_times()

    def _read_times(self) -> I64:
        options = pa.ipc.IpcReadOptions(included_fields=[SPOOLED.get_field_index("ingest_time")])
        with pa.memory_map(str(self.chunk.path)) as file:
            return np.asarray(pa.ipc.open_file(file, options=options).read_all()["ingest_time"].to_numpy())

    @property
    def waiting(self) -> I64:
        """The times of arrival still to come, rising."""
        return self.times[self._next :]

    def _read(self, number: int) -> pa.RecordBatch:
        """Opened each time: more chunks may wait than a process may hold open."""
        with pa.memory_map(str(self.chunk.path)) as file:
            return pa.ipc.open_file(file).get_batch(number)

    def take(self, wanted: int) -> list[pa.RecordBatch]:
        """The next messages, in order of arrival."""
        self._next += wanted
        taken = []
        while wanted:
            if not self._ahead:
                self._ahead.append(self._read(next(self._batches)))
            batch = self._ahead.pop()
            taken.append(batch.slice(0, wanted))
            if batch.num_rows > wanted:
                self._ahead.append(_let_go(batch.slice(wanted)))
            wanted -= taken[-1].num_rows
        return taken

    def remove(self) -> None:
        """Delete the file: all of it has arrived."""
        self._ahead.clear()
        self.chunk.path.unlink()


def _let_go(rest: pa.RecordBatch) -> pa.RecordBatch:
    """The rest of a batch; a small one is copied, so as not to hold the memory of all."""
    return rest.take(pa.array(np.arange(rest.num_rows))) if rest.num_rows < _BATCH_ROWS // 8 else rest
