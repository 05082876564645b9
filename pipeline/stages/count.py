"""What the pipeline counted about itself: rows by stage and outcome, for ``ops.metrics``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc

from backends.stage_failed import without_values
from pipeline.contract.tables import METRICS
from pipeline.stages.each_batch import one_batch


def counts(rows: pa.RecordBatch, stage: str, metric: str) -> pa.RecordBatch:
    """Rows of ``ops.metrics``: how many rows of each event type and tenant came out of a stage."""
    keys = pa.table({"event_type": rows.column("event_type"), "tenant_id": rows.column("tenant_id").fill_null("")})
    grouped = keys.group_by(["event_type", "tenant_id"], use_threads=False).aggregate([([], "count_all")])
    columns = {
        "stage": pa.array([stage] * grouped.num_rows, pa.string()),
        "metric": pa.array([metric] * grouped.num_rows, pa.string()),
        "event_type": grouped["event_type"],
        "tenant_id": grouped["tenant_id"],
        "label": pa.array([""] * grouped.num_rows, pa.string()),
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
    """From ``{(stage, metric): batches}`` to one batch of ``ops.metrics``."""

    def expand(self, outputs: dict[tuple[str, str], Any]) -> Any:
        """Count each output where it is; only the counts move."""
        parts = [
            rows | f"{stage} {metric}" >> beam.ParDo(_Count(stage, metric)) for (stage, metric), rows in outputs.items()
        ]
        return (
            parts
            | beam.Flatten()
            | beam.GroupByKey()
            | "Sum" >> beam.MapTuple(_summed).with_output_types(pa.RecordBatch)
        )


class _Count(beam.DoFn):
    def __init__(self, stage: str, metric: str) -> None:
        self._stage = stage
        self._metric = metric

    def process(self, rows: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
        with without_values("metrics"):
            counted = counts(rows, self._stage, self._metric)
        yield 0, counted


@without_values("metrics")
def _summed(_: int, parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    return sum_counts(parts)
