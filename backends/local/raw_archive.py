"""The archive of raw messages as an event log that can be read again: the same messages, byte for byte.

The archive is the files of ``raw.messages``, gzipped JSON lines. In a warehouse, the manifest says which files are in
the table; in a folder alone, all files that lie where the table's files lie. A file that can't be read to its end, or
is of something else, stops the reading with its name and the line: a replay of half an archive would look like a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import unquote

import pyarrow as pa

from backends.interface import BackendError
from backends.local.manifest import files_of

if TYPE_CHECKING:
    import apache_beam as beam

    from backends.local.raw_source import Selection

_TABLE = "raw.messages"


class RawFile(NamedTuple):
    """A file of the archive: its path, its partition as in ``event_type=``, and how many messages it has, if known."""

    path: str
    event_type: str
    ingest_date: str
    rows: int | None


class RawArchive:
    """An event log over archived messages, for reading. ``since`` and ``only`` may leave some of them out."""

    def __init__(self, files: Sequence[RawFile], only: Selection | None = None, since: str = "") -> None:
        chosen = (file for file in files if file.ingest_date >= since)
        self._files = sorted(chosen, key=lambda file: (file.ingest_date, file.path))
        self._only = only

    @classmethod
    def opened(cls, place: Path, only: Selection | None = None, since: str = "") -> Self:
        """The archive in a warehouse, or in a folder ``raw/messages`` alone; of days of arrival from ``since`` on.

        Raises BackendError if there is none.
        """
        if (place / "warehouse.duckdb").is_file():
            return cls([_placed(place / path, rows) for path, rows in files_of(place, _TABLE)], only, since)
        paths = sorted(place.glob("event_type=*/ingest_date=*/*.jsonl.gz"))
        if not paths:
            raise BackendError(
                f"{place}: no archive of messages: it has neither warehouse.duckdb nor "
                "event_type=*/ingest_date=*/*.jsonl.gz"
            )
        return cls([_placed(path, None) for path in paths], only, since)

    @property
    def files(self) -> Sequence[RawFile]:
        """The files that are read, by day."""
        return self._files

    def append(self, messages: pa.RecordBatch) -> pa.RecordBatch:
        """Not possible: an archive is only read."""
        raise BackendError("an archive of messages is read only; append to an event log")

    def close(self) -> None:
        """Nothing was appended."""

    def source(self, *, streaming: bool = False) -> beam.PTransform[Any, Any]:
        """A transform from the pipeline's root to a PCollection of ``MESSAGE`` record batches of bounded size."""
        from backends.local.raw_source import ReadArchive

        if streaming:
            raise BackendError("an archive has lost the order of arrival: read it as a batch")
        return ReadArchive(list(_groups(self._files)), self._only)


GROUP_ROWS = 16_384
"""Files are read together until they have as many rows: a batch of the log, cut by type and day, left many of them."""
_ROWS_UNKNOWN = 2_048


def _groups(files: Sequence[RawFile]) -> Iterator[list[str]]:
    group: list[str] = []
    rows = 0
    for file in files:
        count = _ROWS_UNKNOWN if file.rows is None else file.rows
        if group and rows + count > GROUP_ROWS:
            yield group
            group, rows = [], 0
        group.append(file.path)
        rows += count
    if group:
        yield group


def _placed(path: Path, rows: int | None) -> RawFile:
    event_type, ingest_date = (unquote(folder.name.partition("=")[2]) for folder in (path.parents[1], path.parents[0]))
    return RawFile(str(path), event_type, ingest_date, rows)
