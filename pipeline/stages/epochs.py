"""What a stream is cut by before it is decided on or written: epochs and hours of arrival.

Rows are read ahead of the watermark. An epoch is complete when the watermark has passed it. Then its rows are decided
on together, whatever the order and size of the bundles that they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam.transforms.trigger import AccumulationMode, AfterWatermark
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from backends.epochs import EPOCH_US, epoch_end_us
from backends.stage_work import at_work
from pipeline.stages.each_batch import Sharded, one_batch

US_PER_S = 1_000_000
HOUR_US = 3600 * US_PER_S
InEpoch = beam.typehints.KV[int, pa.RecordBatch]
"""A batch by its hour. The local runner keeps every window that it has seen, and copies what it knows of all windows of
a key with every bundle; so a key is used for an hour only."""
_ALL = 0
"""The one key of what has no other."""


def in_epoch(end_us: int, batch: pa.RecordBatch) -> TimestampedValue:
    """A batch of one epoch as ``WholeEpochs`` takes it."""
    return TimestampedValue((end_us // HOUR_US, batch), Timestamp(micros=end_us - 1))


def by_epoch(rows: pa.RecordBatch) -> Iterator[TimestampedValue]:
    """Rows in the epochs of their arrival."""
    end_us = epoch_end_us(rows.column("ingest_time"))
    order = np.argsort(end_us, kind="stable")
    rows, end_us = rows.take(pa.array(order)), end_us[order]
    starts = np.flatnonzero(np.diff(end_us, prepend=-1))
    for start, count in zip(starts.tolist(), np.diff(starts, append=len(order)).tolist(), strict=True):
        yield in_epoch(int(end_us[start]), rows.slice(start, count))


class WholeEpochs(beam.PTransform):
    """From batches ``in_epoch`` to one batch of each epoch, under the one key that state needs; global window."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def expand(self, keyed: Any) -> Any:
        """One batch for each epoch, when the watermark has passed it."""
        return _whole(keyed, EPOCH_US, self._stage)


class Gather(beam.PTransform):
    """The small batches of a stream to one for each hour of arrival, so that files don't become as small as epochs."""

    def expand(self, keyed: Any) -> Any:
        """From batches ``in_epoch``, one batch for each hour that has rows, in the global window."""
        return _whole(keyed, HOUR_US, "gather") | beam.Values().with_output_types(pa.RecordBatch)


def _whole(keyed: Any, length_us: int, stage: str) -> Any:
    """One batch of each stretch of arrival, once, when the watermark has passed it; global window."""
    stretches = beam.WindowInto(
        FixedWindows(length_us // US_PER_S),
        trigger=AfterWatermark(),
        accumulation_mode=AccumulationMode.DISCARDING,
    )
    return (
        keyed
        | "Stretches" >> stretches
        | beam.GroupByKey()
        | "Joined" >> beam.ParDo(_Join(stage)).with_output_types(Sharded)
        | "No stretches" >> beam.WindowInto(GlobalWindows())
    )


class _Join(beam.DoFn):
    def __init__(self, stage: str) -> None:
        self._stage = stage

    def process(self, keyed: tuple[int, Iterable[pa.RecordBatch]]) -> Iterator[tuple[int, pa.RecordBatch]]:
        _, batches = keyed
        with at_work(self._stage):
            yield _ALL, one_batch(pa.Table.from_batches(list(batches)))
