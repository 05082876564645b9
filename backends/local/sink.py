"""The Beam sink of a local warehouse: every batch becomes files where it is, then one commit shows them all."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import pyarrow as pa
from apache_beam.utils.windowed_value import WindowedValue

import backends.arrow_coder  # noqa: F401  registers the coder
from backends.interface import BackendError, TableSpec
from backends.local.data_file import DataFile, write_files
from backends.local.writers import begin, outcome
from backends.stage_failed import naming
from backends.stage_work import Spell, at_work

_LOGGER = logging.getLogger(__name__)


class WriteTables(beam.PTransform):
    """From ``{table name: PCollection of record batches}`` to a PCollection of one commit id."""

    def __init__(self, folder: Path, specs: Sequence[TableSpec], commit: Callable[[Iterable[DataFile]], str]) -> None:
        super().__init__()
        self._folder = folder
        self._specs = {spec.name: spec for spec in specs}
        self._commit = commit

    def expand(self, tables: dict[str, Any]) -> Any:
        """Write all tables. The commit waits for the last file, and is made even if there is none."""
        unknown = sorted(set(tables) - set(self._specs))
        if unknown:
            raise BackendError(f"unknown tables: {', '.join(unknown)}; one of: {', '.join(self._specs)}")
        files = [
            rows | f"Write {name}" >> beam.ParDo(_Write(self._folder, self._specs[name])).with_output_types(_File)
            for name, rows in tables.items()
        ]
        pipeline = files[0].pipeline
        written = files | "All files" >> beam.Flatten()
        return (
            pipeline
            | "Once" >> beam.Create([None])
            | "Commit" >> beam.ParDo(_Commit(self._commit), beam.pvalue.AsIter(written)).with_output_types(str)
        )


_File = tuple[str, str, int, int]


class _Write(beam.DoFn):
    """Batches to files. Writing goes on behind the other stages; a bundle is done when all its files are written."""

    def __init__(self, folder: Path, spec: TableSpec) -> None:
        self._folder = folder
        self._spec = spec

    def setup(self) -> None:
        self._under_way: deque[_UnderWay] = deque()

    def start_bundle(self) -> None:
        self._under_way.clear()  # what a bundle that failed has left

    def process(
        self, rows: pa.RecordBatch, timestamp: Any = beam.DoFn.TimestampParam, window: Any = beam.DoFn.WindowParam
    ) -> Iterator[WindowedValue]:
        writing = begin(f"write {self._spec.name}", partial(_files, self._folder, self._spec, rows))
        self._under_way.append(_UnderWay(writing, timestamp, window))
        while self._under_way and self._under_way[0].writing.done():
            yield from self._under_way.popleft().files()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        while self._under_way:
            yield from self._under_way.popleft().files()

    def teardown(self) -> None:
        """After a failure, too: nobody writes into a folder any more that may be cleared away now."""
        wait([batch.writing for batch in self._under_way])


class _UnderWay(NamedTuple):
    """A batch that is being written, and where in time its files stand for Beam."""

    writing: Future[tuple[list[_File], Spell]]
    timestamp: Any
    window: Any

    def files(self) -> list[WindowedValue]:
        return [WindowedValue(file, self.timestamp, (self.window,)) for file in outcome(self.writing)]


def _files(folder: Path, spec: TableSpec, rows: pa.RecordBatch) -> list[_File]:
    with naming(folder):
        return [(*file,) for file in write_files(folder, spec, rows)]


class _Commit(beam.DoFn):
    def __init__(self, commit: Callable[[Iterable[DataFile]], str]) -> None:
        self._commit = commit

    def process(self, _: None, files: Iterable[_File]) -> Iterator[str]:
        with at_work("commit"):
            commit_id = self._commit(DataFile(*file) for file in files)
            _LOGGER.info("committed", extra={"stage": "commit", "commit_id": commit_id})
            yield commit_id
