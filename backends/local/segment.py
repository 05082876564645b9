"""One segment: a file with a run of messages of one partition, in the Arrow IPC stream format.

A segment gets its name only when it is complete, so a reader never meets one that is being written. One that was
cut short later is read as far as it goes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from backends.interface import MESSAGE, TornSegment

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_UNREADABLE = (pa.ArrowException, OSError, MemoryError, ValueError)
"""What reading bytes that are no stream may raise: a length that was hit may ask for more memory than there is."""
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


def segment_path(folder: Path, partition: int, first_offset: int) -> Path:
    """The file whose first message has this offset."""
    return folder / f"partition={partition:05}" / f"{first_offset:020}.arrow"


def segment_paths(folder: Path) -> list[Path]:
    """All complete segments of a log, by partition and first offset."""
    return sorted(folder.glob("partition=*/*.arrow"))


class SegmentWriter:
    """Writes one segment under a temporary name; ``close`` gives it its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = 0
        self._path = path
        self._temporary = path.with_name(f".{path.name}.tmp")
        self._file = self._temporary.open("wb")
        self._stream = pa.ipc.new_stream(self._file, MESSAGE, options=_OPTIONS)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch of schema ``MESSAGE``, in memory of its own: of a slice, the file would take more bytes along."""
        self._stream.write_batch(batch)
        self.rows += batch.num_rows

    def close(self) -> None:
        """Put the segment on the disk for good, and into view."""
        self._stream.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._temporary.rename(self._path)


def read_segment(path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of a segment. Raises TornSegment after the last one that is whole.

    A segment that was written behind another one is read too: what stands twice is then seen to stand twice.
    """
    with pa.OSFile(str(path), "rb") as file:
        size = file.size()
        try:
            while True:
                yield from _read_stream(path, file)
                if file.tell() == size:
                    return
        except _UNREADABLE as error:
            raise TornSegment(f"{path}: torn at byte {file.tell():,} of {size:,}: {type(error).__name__}") from error


def _read_stream(path: Path, file: pa.NativeFile) -> Iterator[pa.RecordBatch]:
    stream = pa.ipc.open_stream(file)
    if not stream.schema.equals(MESSAGE):
        raise TornSegment(f"{path}: not a segment of an event log: it has other columns")
    for batch in stream:
        batch.validate(full=True)  # a flipped bit may make an array that points outside of its own bytes
        yield batch
    file.seek(-len(_END_OF_STREAM), os.SEEK_CUR)
    if file.read(len(_END_OF_STREAM)) != _END_OF_STREAM:
        # Arrow takes a stream that stops between two batches for a whole one.
        raise TornSegment(f"{path}: torn: the file stops before its end mark")


def last_offset(path: Path) -> int:
    """The offset of the last message of a segment."""
    *_, last = read_segment(path)
    return int(last.column("offset")[-1].as_py())
