"""The event log on one machine: append-only segment files, several partitions, one rising offset in each.

The bytes of the log depend on the messages and their order alone, not on how many of them each ``append`` was given.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import APPENDED, MESSAGE, POSITION, VALUE_BYTES_MAX, BackendError, TornSegment
from backends.local.segment import SegmentWriter, last_offset, read_segment, segment_path, segment_paths

if TYPE_CHECKING:
    import apache_beam as beam

BATCH_ROWS = 16_384
"""Rows of one batch on disk, which is one element of the pipeline."""
BATCH_BYTES = 32 * 1024 * 1024
"""A batch ends with the message that brings its values to this size, so that a flood of large ones fits in memory."""
SEGMENT_ROWS = 8 * BATCH_ROWS


class LocalEventLog:
    """An event log in a folder. One process writes at a time; what was appended is in view after ``close``."""

    def __init__(self, folder: Path, partitions: int) -> None:
        self._folder = folder
        self._partitions = [_Partition(folder, number) for number in range(partitions)]

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """A log that is there, for reading: how many partitions it was made with need not be known.

        Raises BackendError if there is none.
        """
        if not segment_paths(folder):
            raise BackendError(f"{folder}: no event log (it has no partition=*/*.arrow)")
        return cls(folder, 0)

    def append(self, messages: pa.RecordBatch) -> pa.RecordBatch:
        """Append messages of schema ``APPENDED``; give their places (``POSITION``), row by row.

        Raises BackendError, and appends none, if a value is larger than ``VALUE_BYTES_MAX``.
        """
        if not self._partitions:
            raise BackendError(f"{self._folder}: opened for reading")
        messages = messages.cast(APPENDED)
        largest = pc.max(pc.binary_length(messages.column("value"))).as_py() or 0
        if largest > VALUE_BYTES_MAX:
            raise BackendError(f"a message of {largest:,} bytes is larger than a log takes ({VALUE_BYTES_MAX:,} bytes)")
        partition = _partition_of(messages.column("key"), len(self._partitions))
        offset = np.zeros(messages.num_rows, dtype=np.int64)
        for number in np.unique(partition):
            rows = np.flatnonzero(partition == number)
            offset[rows] = self._partitions[number].append(messages.take(pa.array(rows)))
        return pa.RecordBatch.from_arrays([pa.array(partition), pa.array(offset)], schema=POSITION)

    def close(self) -> None:
        """Write what is still in memory. The log can be appended to again."""
        for partition in self._partitions:
            partition.close()

    def source(self, *, streaming: bool = False) -> beam.PTransform[Any, Any]:
        """A transform from the pipeline's root to a PCollection of ``MESSAGE`` record batches."""
        from backends.local.replay import ReplaySegments
        from backends.local.source import ReadSegments

        return ReplaySegments(self._folder) if streaming else ReadSegments(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()


class _Partition:
    """One partition that is being written: its next offset, and rows that don't fill a batch yet."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number
        self._first_free: int | None = None
        self._waiting: deque[pa.RecordBatch] = deque()
        self._waiting_sizes: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._segment: SegmentWriter | None = None

    def append(self, rows: pa.RecordBatch) -> npt.NDArray[np.int64]:
        first = self._next_offset()
        offsets = np.arange(first, first + rows.num_rows, dtype=np.int64)
        partition = np.full(rows.num_rows, self._number, dtype=np.int32)
        placed = pa.RecordBatch.from_arrays([pa.array(partition), pa.array(offsets), *rows.columns], schema=MESSAGE)
        self._first_free = first + rows.num_rows
        self._waiting.append(placed)
        sizes = pc.binary_length(rows.column("value")).to_numpy()
        self._waiting_sizes = np.concatenate([self._waiting_sizes, sizes])
        while count := self._rows_of_full_batch():
            self._write(_joined(self._taken(count)))
        return offsets

    def _next_offset(self) -> int:
        """Looked up when it is needed first, so that a torn log can still be opened and read."""
        if self._first_free is None:
            present = segment_paths_of(self._folder, self._number)
            self._first_free = last_offset(present[-1]) + 1 if present else 0
        return self._first_free

    def close(self) -> None:
        if self._waiting:
            self._write(_joined(self._taken(len(self._waiting_sizes))))
        if self._segment:
            self._segment.close()
            self._segment = None

    def _rows_of_full_batch(self) -> int:
        """How many of the first waiting rows make a batch; 0 if all of them don't fill one."""
        sizes = self._waiting_sizes[:BATCH_ROWS]
        rows = min(int(np.searchsorted(np.cumsum(sizes), BATCH_BYTES)) + 1, BATCH_ROWS)
        return rows if rows <= len(sizes) else 0

    def _taken(self, count: int) -> list[pa.RecordBatch]:
        """The first rows that wait, as slices."""
        taken: list[pa.RecordBatch] = []
        self._waiting_sizes = self._waiting_sizes[count:]
        while count:
            first = self._waiting.popleft()
            taken.append(first.slice(0, count))
            if first.num_rows > count:
                self._waiting.appendleft(first.slice(count))
            count -= taken[-1].num_rows
        return taken

    def _write(self, batch: pa.RecordBatch) -> None:
        if self._segment is None:
            first = int(batch.column("offset")[0].as_py())
            self._segment = SegmentWriter(segment_path(self._folder, self._number, first))
        self._segment.write(batch)
        if self._segment.rows >= SEGMENT_ROWS:
            self._segment.close()
            self._segment = None


def read_log(folder: Path, on_torn: Callable[[TornSegment], None] | None = None) -> Iterator[pa.RecordBatch]:
    """All messages of a log, by partition and file, as ``MESSAGE`` batches; offsets are the ones stored.

    A torn file gives what is whole in it, then raises TornSegment, or calls ``on_torn`` and goes on with the next file.
    """
    for path in segment_paths(folder):
        try:
            yield from read_segment(path)
        except TornSegment as torn:
            if on_torn is None:
                raise
            on_torn(torn)


def segment_paths_of(folder: Path, partition: int) -> list[Path]:
    """The complete segments of one partition, by first offset."""
    return sorted(segment_path(folder, partition, 0).parent.glob("*.arrow"))


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """The rows in memory of their own: a slice would take bytes of its neighbours along into its file."""
    if len(batches) == 1:
        return batches[0].take(pa.array(np.arange(batches[0].num_rows)))
    return pa.concat_batches(batches)


def _partition_of(keys: pa.Array, partitions: int) -> npt.NDArray[np.int32]:
    """A stable hash of each key, modulo the number of partitions."""
    encoded = keys.dictionary_encode()
    of_key = [zlib.crc32(key.encode()) % partitions for key in encoded.dictionary.to_pylist()]
    return np.asarray(np.asarray(of_key, dtype=np.int32)[encoded.indices.to_numpy()])
