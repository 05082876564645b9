"""Lateness, decided from the record alone, so that it is the same on every runner.

An event belongs to the 5-minute window of its ``event_time`` and is judged by when it arrived (``ingest_time``)::

    window          w = end              w + allowed lateness
    [---------------)|--------------------|----------------------> ingest_time
          on_time    .        late        .        too_late
                     ^ still on time      ^ still late

How much lateness is allowed may differ by event type.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from pipeline.contract.tables import TOO_LATE
from pipeline.stages.each_batch import EachBatch, derived
from pipeline.stages.rows import PLACED

WINDOW_US = 5 * 60 * 1_000_000
_LATENESS = pa.array(["on_time", "late", "too_late"])
_TOO_LATE_CODE = 2


def window_start_us(event_time: pa.Array) -> npt.NDArray[np.int64]:
    """The start of the window that each time lies in, in microseconds; also before 1970."""
    times = pc.cast(event_time, pa.int64()).to_numpy()
    return np.asarray(times // WINDOW_US * WINDOW_US)


def place(
    events: pa.RecordBatch, allowed_lateness_us: int, us_by_type: Mapping[str, int] | None = None
) -> dict[str, pa.RecordBatch]:
    """``events`` with their lateness (``PLACED``), and once more those that are ``too_late``.

    ``us_by_type`` has the event types of which more or less lateness is allowed than of all others.
    """
    allowed = _allowed(events.column("event_type"), allowed_lateness_us, us_by_type or {})
    window_end = window_start_us(events.column("event_time")) + WINDOW_US
    behind = pc.cast(events.column("ingest_time"), pa.int64()).to_numpy() - window_end
    code = (behind > 0).astype(np.int8) + (behind > allowed)
    columns = dict(zip(events.schema.names, events.columns, strict=True)) | {"lateness": _LATENESS.take(pa.array(code))}
    placed = derived(events, columns, PLACED)
    columns |= {
        "window_end": pc.cast(pa.array(window_end), TIMESTAMP),
        "too_late_by_s": pa.array((behind - allowed) / 1e6),
    }
    too_late = derived(events, columns, TOO_LATE.schema).filter(pa.array(code == _TOO_LATE_CODE))
    return {"events": placed, "too_late": too_late}


def _allowed(event_type: pa.Array, allowed_lateness_us: int, us_by_type: Mapping[str, int]) -> npt.NDArray[np.int64]:
    others = len(us_by_type)
    number = pc.index_in(event_type, pa.array(list(us_by_type), pa.string())).fill_null(others)
    return np.asarray(np.array([*us_by_type.values(), allowed_lateness_us], dtype=np.int64)[number.to_numpy()])


class Windows(EachBatch):
    """Events, once each, to ``events`` with their lateness and ``too_late`` rows."""

    def __init__(self, allowed_lateness_us: int, us_by_type: Mapping[str, int] | None = None) -> None:
        split = partial(place, allowed_lateness_us=allowed_lateness_us, us_by_type=us_by_type)
        super().__init__("windows", split, ("events", "too_late"))
