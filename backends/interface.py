"""What an event log and a warehouse are: two protocols, their value types and their errors.

A backend is written from this file alone. Messages and rows travel as Arrow record batches;
times are UTC with microsecond resolution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pyarrow as pa

if TYPE_CHECKING:  # Beam takes seconds to import, and the value types below don't need it
    import apache_beam as beam

TIMESTAMP = pa.timestamp("us", tz="UTC")

APPENDED = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("attributes", pa.map_(pa.string(), pa.string()), nullable=False),
        pa.field("value", pa.binary(), nullable=False),
        pa.field("ingest_time", TIMESTAMP, nullable=False),
    ]
)
"""A message as it is handed to the log, in order of arrival."""

VALUE_BYTES_MAX = 10_000_000
"""A log refuses a larger message, as Pub/Sub does (its limit on a message is 10 MB)."""

POSITION = pa.schema(
    [
        pa.field("partition", pa.int32(), nullable=False),
        pa.field("offset", pa.int64(), nullable=False),
    ]
)
"""Where the log put a message: unique, and rising with arrival inside a partition."""

MESSAGE = pa.schema([*POSITION, *APPENDED])
"""A message as it is read from the log."""


class BackendError(Exception):
    """The place where messages or tables live can't do what was asked; says what to do about it."""


class AnotherRun(BackendError):
    """A warehouse holds another run of the pipeline, which a commit was not told to replace."""


class TornSegment(BackendError):
    """A log file ends in the middle of a record: what stands before the tear was readable."""


@dataclass(frozen=True)
class TableSpec:
    """A table: its columns, the columns that identify a row, and how its files are laid out."""

    name: str
    """Schema and table, as in ``clean.events``."""
    schema: pa.Schema
    keys: tuple[str, ...]
    description: str
    partition_by: tuple[str, ...] = ()
    """Columns that name the folders a file lies in; they are not repeated inside the file."""
    file_format: Literal["parquet", "jsonl.gz"] = "parquet"
    restricted: bool = False
    """Whether it holds personal data in plain: its schema's folder or dataset is its owner's alone."""


class EventLog(Protocol):
    """Where messages are appended and read.

    ``close`` is its third method because a log gathers messages: a file or a request for each ``append`` would make
    the log's speed, and locally its bytes, depend on how its writer cuts batches. Only the writer knows the end.
    """

    def append(self, messages: pa.RecordBatch) -> pa.RecordBatch:
        """Append messages of schema ``APPENDED``; give their places (``POSITION``), row by row.

        Raises BackendError, and appends none, if a value is larger than ``VALUE_BYTES_MAX``.
        """
        ...

    def close(self) -> None:
        """Make all that was appended readable. The log can be appended to again."""
        ...

    def source(self, *, streaming: bool = False) -> beam.PTransform[Any, Any]:
        """A transform from the pipeline's root to a PCollection of ``MESSAGE`` record batches.

        When streaming, the watermark moves from epoch to epoch (``backends/epochs.py``), each when all that arrived in
        it was handed on. A batch may have rows of epochs to come, and stands in the first of its epochs.
        Raises BackendError if the log can't be read so.
        """
        ...


@dataclass(frozen=True)
class Account:
    """A row that tells of a commit, entered with it. ``row`` is given its id and how many rows each table gets."""

    table: str
    row: Callable[[str, Mapping[str, int]], Mapping[str, object]]


@dataclass(frozen=True)
class Commit:
    """How a commit stands to what the warehouse holds already."""

    replaces: Literal["nothing", "everything"] | Mapping[str, pa.Table] = "nothing"
    """``nothing``: the warehouse may hold no other run. ``everything``: all that earlier commits brought goes.
    Else, for each table, those rows go that have the values of one of these rows in these columns."""
    after: str = ""
    """Where rows are replaced: the id of the last commit when it was worked out which."""
    account: Account | None = None
    """Not entered if the commit changes nothing."""


FIRST_COMMIT = Commit()


class Warehouse(Protocol):
    """Where tables live. ``ops.commits`` has the commits they are made of: ``commit_id``, and a rising ``number``."""

    def sink(self, commit: Commit = FIRST_COMMIT) -> beam.PTransform[Any, Any]:
        """A transform from ``{table name: PCollection of record batches}`` to one atomic commit.

        All tables of one run of the sink become visible together or not at all. Writing the same
        rows again changes nothing. Raises BackendError if the commit replaces nothing and the warehouse holds another
        run, or if it replaces rows and another commit has come after ``after``.
        """
        ...

    def query(self, sql: str, parameters: Mapping[str, object] | Sequence[object] = ()) -> pa.RecordBatchReader:
        """Answer GoogleSQL with Arrow: a query, CREATE TABLE ... AS, or a transaction.

        A transaction is BEGIN TRANSACTION, any number of INSERT and DELETE, COMMIT TRANSACTION: all of it happens, or
        nothing. It may change only tables that no sink has written to.
        """
        ...
