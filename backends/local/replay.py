"""A log read as a stream: its messages in order of arrival, and a watermark that says how far arrival has come.

The stream itself holds descriptors. Rows are read where they are needed, one batch of each partition at a time, and
ahead of the watermark: all of an hour at once, or what of it fits into one batch. Whoever decides by arrival waits for
the watermark, which moves from epoch to epoch.

Beam has no unbounded source that one machine could run from Python alone; this one is its test stream, which the
``BundleBasedDirectRunner`` runs with ``--streaming``.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.testing.test_stream import ElementEvent, TestStream, WatermarkEvent
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.shared import Shared
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Timestamp

import backends.arrow_coder  # noqa: F401  registers the coder
from backends.epochs import epoch_end_us
from backends.interface import TornSegment
from backends.local.segment import read_segment, segment_paths
from backends.local.source import ORIGIN
from backends.stage_work import at_work

_LOGGER = logging.getLogger(__name__)
PART_ROWS = 16_384
"""Rows that are read at once, unless one batch of the log has more of them in one epoch."""
_HOUR_US = 3600 * 1_000_000
_OPEN_MAX = 64


class Piece(NamedTuple):
    """Rows of one batch of a segment that arrived in one epoch."""

    segment: str
    number: int
    """The batch's number in its segment."""
    start: int
    rows: int
    is_last: bool
    """No later epoch has rows of this batch."""


class Part(NamedTuple):
    """Rows that are read at once: where they are."""

    first_end_us: int
    """The end of the first of their epochs."""
    number: int
    pieces: tuple[Piece, ...]


class ReplaySegments(beam.PTransform):
    """Read every segment there is now, in order of arrival."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def expand(self, root: Any) -> Any:
        """From the root to ``MESSAGE`` batches."""
        pieces: dict[int, list[Piece]] = {}
        torn: list[str] = []
        for path in segment_paths(self._folder):
            try:
                with at_work("log"):
                    _index(path, pieces)
            except TornSegment as error:
                torn.append(str(error))
        before_all = [TimestampedValue(error, MIN_TIMESTAMP) for error in torn]
        events = [*([ElementEvent(before_all, None)] if torn else ()), *_events(pieces)]
        stream = root | "Arrival" >> TestStream(events=events, output_tags={None})
        messages = stream | "Read" >> beam.ParDo(_ReadRows()).with_output_types(pa.RecordBatch)
        messages.is_bounded = True  # it ends with the log, so what needs all of it may wait for all of it
        return messages


def _index(path: Path, pieces: dict[int, list[Piece]]) -> None:
    """Enter what a segment has for each epoch, by the epoch's end."""
    for number, batch in enumerate(read_segment(path)):
        ends = epoch_end_us(batch.column("ingest_time"))
        starts = np.flatnonzero(np.concatenate([[True], ends[1:] != ends[:-1]]))
        rows = np.diff(starts, append=len(ends))
        for at, (start, count) in enumerate(zip(starts.tolist(), rows.tolist(), strict=True)):
            is_last = at == len(starts) - 1
            pieces.setdefault(int(ends[start]), []).append(Piece(str(path), number, start, count, is_last))


def _events(pieces: dict[int, list[Piece]]) -> Iterator[ElementEvent | WatermarkEvent]:
    """Each part, then the steps of the watermark to the end of every epoch that is complete with it."""
    steps = deque(sorted(pieces))
    parts = list(_parts((end_us, piece) for end_us in steps for piece in pieces[end_us]))
    for part, following in pairwise([*parts, None]):
        assert part
        at = Timestamp(micros=part.first_end_us - 1_000)  # the test stream knows no less than a millisecond
        yield ElementEvent([TimestampedValue(part, at)], None)
        while steps and (following is None or steps[0] < following.first_end_us):
            yield WatermarkEvent(Timestamp(micros=steps.popleft()), None)


def _parts(pieces: Iterable[tuple[int, Piece]]) -> Iterator[Part]:
    """The pieces by the end of their epoch, put together as far as an hour and the number of rows allow."""
    taken: list[Piece] = []
    first_end_us = number = 0
    for end_us, piece in pieces:
        full = sum(one.rows for one in taken) + piece.rows > PART_ROWS
        if taken and (full or end_us > first_end_us + _HOUR_US):
            yield Part(first_end_us, number, tuple(taken))
            number, taken = number + 1, []
        if not taken:
            first_end_us = end_us
        taken.append(piece)
    if taken:
        yield Part(first_end_us, number, tuple(taken))


class _ReadRows(beam.DoFn):
    """Reads the rows of a part; of a torn segment it is told what is wrong with it."""

    def __init__(self) -> None:
        self._torn = beam.metrics.Metrics.counter("log", "torn_segments")
        self._shared = Shared()

    def setup(self) -> None:
        self._open = self._shared.acquire(_OpenSegments)

    def process(self, part: Part | str) -> Iterator[pa.RecordBatch]:
        if isinstance(part, str):
            self._torn.inc()
            _LOGGER.warning("%s; the messages before the tear are processed", part, extra={"stage": "log"})
            return
        with at_work("log"):
            rows = pa.concat_batches([self._open.rows(piece) for piece in part.pieces])
        yield rows.replace_schema_metadata({ORIGIN: f"replay#{part.number}".encode()})


class _OpenSegments:
    """Segments that are being read, and the batches that later epochs still need. A bundle may ask again."""

    def __init__(self) -> None:
        self._readers: dict[str, Iterator[tuple[int, pa.RecordBatch]]] = {}
        self._batches: dict[tuple[str, int], pa.RecordBatch] = {}

    def rows(self, piece: Piece) -> pa.RecordBatch:
        """The rows of a piece, as a slice of their batch."""
        at = piece.segment, piece.number
        batch = self._batches[at] if at in self._batches else self._read(piece)
        if piece.is_last:
            self._batches.pop(at, None)
        else:
            self._batches[at] = batch
        return batch.slice(piece.start, piece.rows)

    def _read(self, piece: Piece) -> pa.RecordBatch:
        """Read on to the batch, or from the segment's beginning if it was passed before."""
        for _ in range(2):
            reader = self._readers.setdefault(piece.segment, enumerate(_batches(piece.segment)))
            if len(self._readers) > _OPEN_MAX:
                del self._readers[next(iter(self._readers))]
            for number, batch in reader:
                if number == piece.number:
                    return batch
            del self._readers[piece.segment]
        raise TornSegment(f"{piece.segment}: was cut short while it was read")


def _batches(segment: str) -> Iterator[pa.RecordBatch]:
    """The batches of a segment that was looked through before: nothing is expected to be wrong with it."""
    with pa.OSFile(segment, "rb") as file:
        while file.tell() < file.size():
            yield from pa.ipc.open_stream(file)
