"""Chunks merged by time of arrival: the order of the log, and with it the ids of all messages.

Chunks come in the order of their slices. What arrived before a chunk's watermark can be passed on; the rest stays in
the chunks' files. So memory holds one piece of the log, however long the run is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.contract.events import EVENT_TYPES
from sim.arrays import I64
from sim.generation.spool import Chunk, SpooledChunk

PIECE_ROWS = 65_536
_NEVER = 2**62


@dataclass(frozen=True)
class Piece:
    """Messages in order of arrival, following those of the piece before."""

    messages: pa.RecordBatch
    """Schema ``SPOOLED``."""
    first_id: int
    fact_rows: I64
    """Rows of the truth's facts, over all parts."""
    kept_ids: I64
    """The id of the message that a duplicate repeats, or -1."""

    def rows(self, first: int, end: int) -> Piece:
        """A part of the piece."""
        messages = self.messages.slice(first, end - first)
        return Piece(messages, self.first_id + first, self.fact_rows[first:end], self.kept_ids[first:end])


class Merge:
    """Gives the pieces of a run, and calls for each chunk when all of it has arrived."""

    def __init__(self) -> None:
        self.ended: list[SpooledChunk] = []
        """Chunks of which everything has arrived; the caller takes them out."""
        self.chunks = 0
        """How many were taken so far."""
        self._waiting: list[SpooledChunk] = []
        self._next_id = self._passed_on = 0
        self._facts = np.zeros(len(EVENT_TYPES), np.int64)

    def pieces(self, chunks: Iterable[Chunk]) -> Iterator[Piece]:
        """All messages of the chunks."""
        for chunk in chunks:
            self.chunks += 1
            self._waiting.append(SpooledChunk(chunk, self._facts))
            self._facts = self._facts + np.array(chunk.facts, np.int64)
            yield from self._until(chunk.watermark)
        yield from self._until(_NEVER)

    def unfinished(self) -> list[SpooledChunk]:
        """Chunks of which something has not arrived."""
        return self._waiting

    def _until(self, moment: int) -> Iterator[Piece]:
        due = [spooled.waiting[: int(np.searchsorted(spooled.waiting, moment))] for spooled in self._waiting]
        owners = np.repeat(np.arange(len(due)), [len(times) for times in due])
        order = np.argsort(np.concatenate([np.zeros(0, np.int64), *due]), kind="stable")
        for first in range(0, len(order), PIECE_ROWS):
            yield self._piece(np.bincount(owners[order[first : first + PIECE_ROWS]], minlength=len(due)))
        self.ended += [spooled for spooled in self._waiting if not len(spooled.waiting)]
        self._waiting = [spooled for spooled in self._waiting if len(spooled.waiting)]

    def _piece(self, counts: I64) -> Piece:
        """The next messages, so many of each chunk."""
        parts = [(self._waiting[k], int(counts[k])) for k in np.flatnonzero(counts)]
        batches = [(spooled, _joined(spooled.take(count))) for spooled, count in parts]
        times = np.concatenate([batch.column("ingest_time").to_numpy() for _, batch in batches])
        order = np.argsort(times, kind="stable")
        self._hold_to_order(int(times[order[0]]), int(times[order[-1]]))
        ids = np.empty(len(order), np.int64)
        ids[order] = self._next_id + np.arange(len(order))
        self._number(batches, ids)
        kept = np.concatenate([_kept_ids(spooled, batch) for spooled, batch in batches])
        facts = np.concatenate([_fact_rows(spooled, batch) for spooled, batch in batches])
        messages = _joined([batch for _, batch in batches]).take(pa.array(order))
        piece = Piece(messages, self._next_id, facts[order], kept[order])
        self._next_id += len(order)
        return piece

    def _hold_to_order(self, first: int, last: int) -> None:
        """A slice that held what its forerunners' watermarks excluded would put the log out of order, unseen."""
        if first < self._passed_on:
            raise ValueError(f"a message arrived at {first} us, and the log was already at {self._passed_on} us")
        self._passed_on = last

    @staticmethod
    def _number(batches: list[tuple[SpooledChunk, pa.RecordBatch]], ids: I64) -> None:
        first = 0
        for spooled, batch in batches:
            spooled.message_ids[batch.column("row").to_numpy()] = ids[first : first + batch.num_rows]
            first += batch.num_rows


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _kept_ids(spooled: SpooledChunk, batch: pa.RecordBatch) -> I64:
    """A message is kept before its copies arrive, so its id is known."""
    rows = batch.column("kept_row").to_numpy()
    return np.where(rows < 0, -1, spooled.message_ids[rows])


def _fact_rows(spooled: SpooledChunk, batch: pa.RecordBatch) -> I64:
    types = batch.column("event_type").to_numpy()
    return np.asarray(spooled.fact_bases[types] + batch.column("fact_row").to_numpy(), np.int64)
