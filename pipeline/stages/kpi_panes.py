"""The 5-minute KPIs as a stream publishes them: ``curated.kpi_5min_panes``, and their last state ``curated.kpi_5min``.

::

    arrival (watermark)   04:01  04:02       04:05      04:09
    --------------------|------|-----------|----------|------>     window [04:00, 04:05)
                          early  early       on_time    late

Panes fire by the watermark, not by a clock: an early pane for each epoch that brought something before the window's
end, one pane when the window is complete with all that is on time, a late pane for each epoch that brought something
after. So they are the same in each run. Each pane has the counts so far. The on-time pane has every row of its window,
the others those that changed. A window of which everything came late has no on-time pane.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from apache_beam.transforms.trigger import AccumulationMode, AfterCount, AfterWatermark
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue
from apache_beam.utils.timestamp import Duration, Timestamp
from apache_beam.utils.windowed_value import PaneInfoTiming

from backends.arrow_coder import RecordBatchCoder
from backends.epochs import EPOCH_US
from backends.stage_work import at_work
from pipeline.contract.tables import KPI_5MIN, KPI_5MIN_PANES
from pipeline.stages.each_batch import Sharded, one_batch
from pipeline.stages.epochs import HOUR_US, US_PER_S
from pipeline.stages.kpi import partial_kpis, sum_kpis
from pipeline.stages.windows import WINDOW_US

_TIMING = {PaneInfoTiming.EARLY: "early", PaneInfoTiming.ON_TIME: "on_time", PaneInfoTiming.LATE: "late"}
_SHOWN = beam.DoFn.StateParam(ReadModifyWriteStateSpec("shown", RecordBatchCoder()))


class KpiPanes(beam.PTransform):
    """Events (``PLACED``) to ``panes`` and ``kpis``.

    Each batch has to come when the watermark is less than one epoch behind the end of its rows' epoch.
    """

    def __init__(self, longest_lateness_us: int) -> None:
        super().__init__()
        self._longest_lateness_us = longest_lateness_us

    def expand(self, events: Any) -> Any:
        """The outputs, by name. Both come at the end of the stream, when it is known which panes were the last."""
        panes = (
            events
            | "Count" >> beam.ParDo(_Count()).with_output_types(Sharded)
            | "Windows" >> windows_with_panes(self._longest_lateness_us)
            | "Same hour" >> beam.GroupByKey()
            | "Panes" >> beam.ParDo(_Panes()).with_output_types(pa.RecordBatch)
            | "No windows" >> beam.WindowInto(GlobalWindows())
        )
        outputs = (
            events.pipeline
            | "At the end" >> beam.Create([None])
            | "Last" >> beam.ParDo(_Last(), beam.pvalue.AsIter(panes)).with_outputs("panes", main="kpis")
        )
        for name in ("panes", "kpis"):
            outputs[name].element_type = pa.RecordBatch
        return outputs


def windows_with_panes(longest_lateness_us: int) -> beam.WindowInto:
    """The windows, as Beam is to publish them; ``longest_lateness_us`` is the most that is allowed of any event.

    What is too late was left out before. The last that is not arrives in an epoch that ends less than one epoch after
    the allowed lateness; until then Beam must not drop anything.
    """
    wide_enough_us = longest_lateness_us + 2 * EPOCH_US
    return beam.WindowInto(
        FixedWindows(WINDOW_US // US_PER_S),
        trigger=AfterWatermark(early=AfterCount(1), late=AfterCount(1)),
        accumulation_mode=AccumulationMode.ACCUMULATING,
        allowed_lateness=Duration(micros=wide_enough_us),
    )


def pane_rows(counts: pa.RecordBatch, shown: pa.RecordBatch | None, timing: str, pane: int) -> pa.RecordBatch:
    """Rows of ``curated.kpi_5min_panes``: of the on-time pane all counts, of others those that were not shown so."""
    if shown is not None and timing != "on_time":
        new = pa.table(counts).join(pa.table(shown), counts.schema.names, join_type="left anti", use_threads=False)
        counts = one_batch(new)
    columns = [*counts.columns, pa.array([pane] * counts.num_rows), pa.array([timing] * counts.num_rows, pa.string())]
    return pa.RecordBatch.from_arrays(columns, schema=KPI_5MIN_PANES.schema)


def last_panes(panes: pa.Table) -> pa.RecordBatch:
    """The rows of ``curated.kpi_5min``: of each window, tenant and facility what its last pane says."""
    keys = list(KPI_5MIN.keys)
    last = panes.group_by(keys, use_threads=False).aggregate([("pane", "max")]).rename_columns([*keys, "pane"])
    rows = last.join(panes, [*keys, "pane"], join_type="inner", use_threads=False)
    return one_batch(rows.select(KPI_5MIN.schema.names).sort_by([(key, "ascending") for key in keys]))


class _Count(beam.DoFn):
    """Events of one epoch to what they add to each window, standing at the window's start."""

    def process(self, events: pa.RecordBatch) -> Iterator[TimestampedValue]:
        with at_work("kpis"):
            counts = partial_kpis(events)
            starts = pc.cast(counts.column("window_start"), pa.int64()).to_numpy()
            for start_us in np.unique(starts).tolist():
                part = counts.filter(pa.array(starts == start_us))
                yield TimestampedValue((start_us // HOUR_US, part), Timestamp(micros=start_us))


class _Panes(beam.DoFn):
    """The parts of a window, each time that it is published, to the rows to show; the state is what was shown last."""

    def process(
        self,
        keyed: tuple[int, Iterable[pa.RecordBatch]],
        pane: Any = beam.DoFn.PaneInfoParam,
        shown: Any = _SHOWN,
    ) -> Iterator[pa.RecordBatch]:
        with at_work("kpis"):
            counts = sum_kpis(keyed[1])
            rows = pane_rows(counts, shown.read(), _TIMING[pane.timing], pane.index)
            shown.write(counts)
        yield rows


class _Last(beam.DoFn):
    """What the panes come to. As a side input they wait for the end of the stream without a bundle for each of them."""

    def process(self, _: None, parts: Iterable[pa.RecordBatch]) -> Iterator[Any]:
        with at_work("kpis"):
            panes = pa.Table.from_batches(list(parts), KPI_5MIN_PANES.schema)
            ordered = panes.sort_by([(key, "ascending") for key in KPI_5MIN_PANES.keys])
            if panes.num_rows:
                yield last_panes(panes)
                yield beam.pvalue.TaggedOutput("panes", one_batch(ordered))
