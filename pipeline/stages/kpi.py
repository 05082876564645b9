"""The 5-minute KPIs: counted in each batch, then the counts of each window put together: ``curated.kpi_5min``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import TIMESTAMP
from backends.stage_work import at_work
from pipeline.contract.events import FACILITY_SCAN, STATUS_CHANGED
from pipeline.contract.tables import KPI_5MIN
from pipeline.stages.each_batch import Sharded, one_batch
from pipeline.stages.windows import window_start_us

_STATUS_OF_COLUMN = {
    "created": "created",
    "picked_up": "picked_up",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "delivered",
    "exceptions": "exception",
}
_COUNTS = (*_STATUS_OF_COLUMN, "scans", "late_events")
_HOUR_US = 3600 * 1_000_000


def partial_kpis(events: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of ``curated.kpi_5min`` that one batch of events makes. Too-late events are not counted."""
    counted = pc.is_in(events.column("event_type"), pa.array([STATUS_CHANGED, FACILITY_SCAN]))
    events = events.filter(pc.and_(counted, pc.not_equal(events.column("lateness"), "too_late")))
    status = events.column("status")
    columns = {
        "window_start": pc.cast(pa.array(window_start_us(events.column("event_time"))), TIMESTAMP),
        "tenant_id": events.column("tenant_id").fill_null(""),
        "facility_id": events.column("facility_id"),
        **{column: pc.fill_null(pc.equal(status, value), False) for column, value in _STATUS_OF_COLUMN.items()},
        "scans": pc.equal(events.column("event_type"), FACILITY_SCAN),
        "late_events": pc.equal(events.column("lateness"), "late"),
    }
    return sum_kpis([pa.RecordBatch.from_pydict(columns).cast(KPI_5MIN.schema)])


def sum_kpis(parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """The counts of the parts together, one row for each window, tenant and facility, in their order."""
    keys = list(KPI_5MIN.keys)
    rows = pa.Table.from_batches(list(parts), KPI_5MIN.schema)
    summed = rows.group_by(keys, use_threads=False).aggregate([(name, "sum") for name in _COUNTS])
    named = summed.rename_columns([*keys, *_COUNTS]).sort_by([(key, "ascending") for key in keys])
    return one_batch(named.cast(KPI_5MIN.schema))


class Kpis(beam.PTransform):
    """Events (``PLACED``) to ``kpis``. Parts of one hour meet under one of a few keys."""

    def __init__(self, shards: int) -> None:
        super().__init__()
        self._shards = shards

    def expand(self, events: Any) -> Any:
        """The KPIs, by name."""
        return {
            "kpis": events
            | "Count" >> beam.ParDo(_Count(self._shards)).with_output_types(Sharded)
            | beam.GroupByKey()
            | "Sum" >> beam.MapTuple(_summed).with_output_types(pa.RecordBatch)
        }


class _Count(beam.DoFn):
    def __init__(self, shards: int) -> None:
        self._shards = shards

    def process(self, events: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
        with at_work("kpis"):
            part = partial_kpis(events)
            hour = pc.cast(part.column("window_start"), pa.int64()).to_numpy() // _HOUR_US
            for shard in np.unique(hour % self._shards):
                yield int(shard), part.filter(pa.array(hour % self._shards == shard))


@at_work("kpis")
def _summed(_: int, parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    return sum_kpis(parts)
