"""Messages that a warehouse does not have yet, read beside those that it has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import BackendError, EventLog, Warehouse
from pipeline.batch.held import Held
from pipeline.batch.places import Places, found_places, is_in, packed
from pipeline.batch.scope import Scope
from pipeline.stages.archive import archive
from pipeline.stages.attributes import claimed_type
from pipeline.stages.each_batch import EachBatch


class Logs:
    """Several logs read as one."""

    def __init__(self, logs: Sequence[EventLog]) -> None:
        self._logs = logs

    def append(self, messages: pa.RecordBatch) -> pa.RecordBatch:
        """Not possible: nobody says to which."""
        raise BackendError("several logs are read only; append to one")

    def close(self) -> None:
        """Nothing was appended."""

    def source(self, *, streaming: bool = False) -> beam.PTransform[Any, Any]:
        """The messages of all, in no order."""
        return _ReadAll([log.source(streaming=streaming) for log in self._logs])


class _ReadAll(beam.PTransform):
    def __init__(self, sources: Sequence[beam.PTransform[Any, Any]]) -> None:
        super().__init__()
        self._sources = sources

    def expand(self, root: Any) -> Any:
        read = [root.pipeline | f"Log {number}" >> source for number, source in enumerate(self._sources)]
        return read | beam.Flatten()


class News(Logs):
    """The messages of a log that are in scope and stand in none of the ``known`` places; those that do must be held."""

    def __init__(self, log: EventLog, scope: Scope, known: Places, there: Held) -> None:
        super().__init__([log])
        self._new = partial(_new_in_scope, scope=scope, known=known, there=there)

    def source(self, *, streaming: bool = False) -> beam.PTransform[Any, Any]:
        """These messages, a batch at a time."""
        return _Filtered(super().source(streaming=streaming), self._new)


class _Filtered(beam.PTransform):
    def __init__(self, source: beam.PTransform[Any, Any], new: partial[pa.RecordBatch]) -> None:
        super().__init__()
        self._source = source
        self._new = new

    def expand(self, root: Any) -> Any:
        new = self._new
        filtered = EachBatch("log", lambda messages: {"new": new(messages)}, ("new",))
        return (root | "All" >> self._source | "New" >> filtered)["new"]


def known_places(warehouse: Warehouse) -> Places:
    """Where the messages stand in the log that a warehouse has: each is in one of these tables."""
    tables = ("clean.events", "clean.rejected", "ops.duplicates")
    return found_places(warehouse, " UNION ALL ".join(f"SELECT log_partition, log_offset FROM {one}" for one in tables))


def archive_new(known: Places) -> EachBatch:
    """The stage that archives what is not in the archive yet."""
    return EachBatch("archive", lambda messages: {"raw": archive(_unknown(messages, known))}, ("raw",))


def _unknown(messages: pa.RecordBatch, known: Places) -> pa.RecordBatch:
    return messages.filter(pa.array(np.logical_not(is_in(packed(messages, "partition", "offset"), known))))


def _new_in_scope(messages: pa.RecordBatch, scope: Scope, known: Places, there: Held) -> pa.RecordBatch:
    day = pc.cast(messages.column("ingest_time"), pa.date32())
    first, last = (pa.scalar(one, pa.date32()) for one in (scope.days.first, scope.days.last))
    messages = messages.filter(pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last)))
    there.check(messages.filter(pa.array(is_in(packed(messages, "partition", "offset"), known))))
    messages = _unknown(messages, known)
    return messages.filter(pc.is_in(claimed_type(messages), pa.array(scope.types))) if scope.types else messages
