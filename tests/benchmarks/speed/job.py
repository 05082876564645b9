"""What every engine is asked to do: where it reads and writes, and the settings that decide rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import pyarrow as pa

from backends.interface import MESSAGE
from pipeline.contract.events import EVENT_TYPES
from pipeline.key_ring import KeyRing

SECRET = bytes.fromhex("0123456789abcdef" * 2)
"""The key of the tokens, for a benchmark alone."""
KEY_ID = KeyRing.of(SECRET).ids[0]
DIMENSIONS = ("dim_facility", "dim_carrier", "dim_lane")
EVENT_TYPE_NAMES = list(EVENT_TYPES)


@dataclass(frozen=True)
class Job:
    """One engine's task. Times are in microseconds."""

    log: str
    reference: str
    out: str
    """An empty folder, in which each table gets a folder of its own, as in ``clean.events``."""
    allowed_lateness_us: int = 3_600_000_000
    """As in the benchmark's scenario; the others are the pipeline's defaults."""
    future_tolerance_us: int = 300_000_000
    dedupe_ttl_us: int = 7 * 86_400_000_000

    @classmethod
    def parsed(cls, text: str) -> Self:
        """A job as ``text`` gives it."""
        return cls(**json.loads(text))

    @property
    def text(self) -> str:
        """The job as one argument of a command."""
        return json.dumps(asdict(self))

    def segments(self) -> list[Path]:
        """The files of the log."""
        return sorted(Path(self.log).glob("partition=*/*.arrow"))

    def messages(self) -> pa.RecordBatchReader:
        """The log as a stream of batches, as Arrow reads it."""
        return pa.RecordBatchReader.from_batches(MESSAGE, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for segment in self.segments():
            with pa.OSFile(str(segment), "rb") as file:
                yield from pa.ipc.open_stream(file)
