"""A stage that looks at one batch at a time: a pure function from a batch to named batches, as a Beam transform."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import apache_beam as beam
import pyarrow as pa

import backends.arrow_coder  # noqa: F401  registers the coder
from backends.stage_work import at_work
from pipeline import progress

Sharded = beam.typehints.KV[int, pa.RecordBatch]
"""Batches by the number of their shard. Said of an output, since Beam pickles what it does not know the type of."""
Split = Callable[[pa.RecordBatch], Mapping[str, pa.RecordBatch]]


class EachBatch(beam.PTransform):
    """From batches to the named outputs that ``split`` gives for each; empty batches are left out."""

    def __init__(self, stage: str, split: Split, outputs: tuple[str, ...]) -> None:
        super().__init__()
        self._stage = stage
        self._split = split
        self._outputs = outputs

    def expand(self, batches: Any) -> Any:
        """The outputs, by name."""
        first, *others = self._outputs
        made = batches | self._stage >> beam.ParDo(_EachBatch(self._stage, self._split, first)).with_outputs(
            *others, main=first
        )
        for name in self._outputs:
            made[name].element_type = pa.RecordBatch
        return made


class _EachBatch(beam.DoFn):
    def __init__(self, stage: str, split: Split, main: str) -> None:
        self._stage = stage
        self._split = split
        self._main = main

    def process(self, batch: pa.RecordBatch) -> Iterator[Any]:
        with at_work(self._stage):
            outputs = self._split(batch)
        for name, rows in outputs.items():
            if rows.num_rows:
                beam.metrics.Metrics.counter(self._stage, name).inc(rows.num_rows)
                yield rows if name == self._main else beam.pvalue.TaggedOutput(name, rows)
        progress.add(self._stage, batch.num_rows)


def derived(source: pa.RecordBatch, columns: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
    """A batch made from another one. It keeps the metadata that say where in the log the rows were read."""
    arrays = [columns[name] for name in schema.names]
    return pa.RecordBatch.from_arrays(arrays, schema=schema.with_metadata(source.schema.metadata))


def one_batch(table: pa.Table) -> pa.RecordBatch:
    """All rows of a table as one batch, also if there are none."""
    return pa.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], schema=table.schema)
