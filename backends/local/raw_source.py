"""The Beam source over archived messages: some files at a time, each batch saying where it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

import backends.arrow_coder  # noqa: F401  registers the coder
from backends.local.raw_lines import read_lines
from backends.local.source import ORIGIN
from backends.stage_work import at_work

Selection = Callable[[pa.RecordBatch], pa.RecordBatch]
"""Some of the messages of a batch; must be able to travel with a stage (pickled)."""


class ReadArchive(beam.PTransform):
    """Read groups of files."""

    def __init__(self, groups: Sequence[Sequence[str]], only: Selection | None) -> None:
        super().__init__()
        self._groups = groups
        self._only = only

    def expand(self, root: Any) -> Any:
        """From the root to ``MESSAGE`` batches."""
        read = beam.ParDo(_Read(self._only)).with_output_types(pa.RecordBatch)
        return root | "Files" >> beam.Create(list(self._groups)) | "Read" >> read


class _Read(beam.DoFn):
    def __init__(self, only: Selection | None) -> None:
        self._only = only

    def process(self, group: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with at_work("archive"):
            for number, batch in enumerate(read_lines(group)):
                chosen = self._only(batch) if self._only else batch
                if chosen.num_rows:
                    yield chosen.replace_schema_metadata({ORIGIN: f"{Path(group[0]).name}#{number}".encode()})
