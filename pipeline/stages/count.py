"""What the pipeline counted about itself, for ``ops.metrics``: counted where the rows are; only the counts move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from backends.stage_work import at_work
from pipeline.contract.tables import METRICS
from pipeline.stages.each_batch import Sharded, one_batch
from pipeline.stages.measures import MEASURES, Measure

_KEYS = ("event_type", "tenant_id", "label")


def counts(rows: pa.RecordBatch, measure: Measure) -> pa.RecordBatch:
    """Rows of ``ops.metrics``: how many rows of each event type, tenant and label there are in a stage's output."""
    keys = pa.table([key.fill_null("") for key in measure.keys(rows)], list(_KEYS))
    grouped = keys.group_by(list(_KEYS), use_threads=False).aggregate([([], "count_all")])
    columns = {name: grouped[name] for name in _KEYS} | {
        "stage": pa.array([measure.stage] * grouped.num_rows, pa.string()),
        "metric": pa.array([measure.metric] * grouped.num_rows, pa.string()),
        "value": pc.cast(grouped["count_all"], pa.float64()),
    }
    return one_batch(pa.table([columns[name] for name in METRICS.schema.names], METRICS.schema))


def sum_counts(parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """The counts together, in the order of their keys."""
    keys = list(METRICS.keys)
    summed = pa.Table.from_batches(list(parts), METRICS.schema).group_by(keys, use_threads=False)
    named = summed.aggregate([("value", "sum")]).rename_columns(METRICS.schema.names)
    return one_batch(named.sort_by([(key, "ascending") for key in keys]).cast(METRICS.schema))


class Count(beam.PTransform):
    """From the batches of ``"<stage> <output>"`` for each of ``MEASURES`` to one batch of ``ops.metrics``."""

    def expand(self, outputs: Mapping[str, Any]) -> Any:
        """Count each output where it is; only the counts move."""
        parts = [
            outputs[f"{one.stage} {one.output}"]
            | f"{one.stage} {one.metric}" >> beam.ParDo(_Count(one)).with_output_types(Sharded)
            for one in MEASURES
        ]
        return (
            parts
            | beam.Flatten()
            | beam.GroupByKey()
            | "Sum" >> beam.MapTuple(_summed).with_output_types(pa.RecordBatch)
        )


class _Count(beam.DoFn):
    def __init__(self, measure: Measure) -> None:
        self._measure = measure

    def process(self, rows: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
        with at_work("metrics"):
            counted = counts(rows, self._measure)
        yield 0, counted


@at_work("metrics")
def _summed(_: int, parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    return sum_counts(parts)
