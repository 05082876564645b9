"""The Beam source over a local event log: one descriptor for each segment file, read batch by batch.

Each batch says in its schema's metadata from which file and which place in it it comes. So a file that somebody
copied gives rows of its own, while a bundle that is run again gives the same ones.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa

import backends.arrow_coder  # noqa: F401  registers the coder
from backends.interface import TornSegment
from backends.local.segment import read_segment, segment_paths
from backends.stage_work import at_work

_LOGGER = logging.getLogger(__name__)
ORIGIN = b"origin"
"""The metadata key under which a batch says where it was read."""


class ReadSegments(beam.PTransform):
    """Read every segment there is now."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def expand(self, root: Any) -> Any:
        """From the root to ``MESSAGE`` batches."""
        segments = [str(path) for path in segment_paths(self._folder)]
        read = beam.ParDo(_Read()).with_output_types(pa.RecordBatch)
        return root | "Segments" >> beam.Create(segments) | "Read" >> read


class _Read(beam.DoFn):
    def __init__(self) -> None:
        self._torn = beam.metrics.Metrics.counter("log", "torn_segments")

    def process(self, segment: str) -> Iterator[pa.RecordBatch]:
        path = Path(segment)
        place = f"{path.parent.name}/{path.name}"
        try:
            with at_work("log"):
                for number, batch in enumerate(read_segment(path)):
                    yield batch.replace_schema_metadata({ORIGIN: f"{place}#{number}".encode()})
        except TornSegment as torn:
            self._torn.inc()
            _LOGGER.warning("%s; the messages before the tear are processed", torn, extra={"stage": "log"})
