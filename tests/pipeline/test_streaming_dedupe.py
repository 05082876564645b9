"""Dedupe of a stream: what a batch decides, whatever the bundles; epoch by epoch, with a memory that ends.

::

    arrival    04:00      04:02:30      04:05           05:02:30
    -----------|-------------|------------|---- ... -------|----->   epochs of 150 s; TTL one hour
                 a (first)      a (copy)                     a (first again: 04:00 is forgotten)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing import test_stream
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st
from kept import keep, rows_of
from pipeline_messages import HOUR_US, KEY, START, event, messages, scan, status

from backends.epochs import EPOCH_US, epoch_end_us
from backends.interface import BackendError
from pipeline.stages.decided import undecided
from pipeline.stages.decode import decode
from pipeline.stages.dedupe import Dedupe
from pipeline.stages.memory import Segment
from pipeline.stages.streaming_dedupe import StreamingDedupe, _Firsts

US = timedelta(microseconds=1)
Told = tuple[bytes, datetime]
OUTPUTS = ("first", "duplicate", "rejected")


def valid(told: list[Told]) -> pa.RecordBatch:
    """Events as decoded, at offsets in the order told."""
    rows = pa.concat_batches([decode(messages([value], at), 10**11, KEY)["valid"] for value, at in told])
    at = rows.schema.get_field_index("log_offset")
    return rows.set_column(at, rows.schema.field(at), pa.array(range(len(told)), pa.int64()))


def decided(pipeline: beam.Pipeline, events: Any, dedupe: beam.PTransform, names: tuple[str, ...]) -> dict[str, list]:
    """What became of each event: rows by output, in the order of the log."""
    outputs = events | dedupe
    kept = keep({name: outputs[name] for name in names})
    pipeline.run().wait_until_finish()
    return {name: sorted(rows_of(kept[name]), key=lambda row: row["log_offset"]) for name in names}


def as_a_batch(rows: pa.RecordBatch, staging: Path, ttl_us: int) -> dict[str, list]:
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    return decided(pipeline, pipeline | beam.Create([rows]), Dedupe(str(staging), 2, ttl_us), OUTPUTS)


def as_a_stream(batches: list[pa.RecordBatch], ttl_us: int, *, ahead: int = 1) -> dict[str, list[dict[str, Any]]]:
    """The batches, each with rows of one epoch or of ``ahead`` epochs, read before the watermark is there."""
    pipeline = beam.Pipeline(runner=BundleBasedDirectRunner(), options=PipelineOptions(["--streaming"]))
    events = pipeline | stream(batches, ahead)
    return decided(pipeline, events, StreamingDedupe(ttl_us), (*OUTPUTS, "now"))


def stream(batches: list[pa.RecordBatch], ahead: int) -> test_stream.TestStream:
    source = test_stream.TestStream()
    ends = [int(epoch_end_us(batch.column("ingest_time")).min()) for batch in batches]
    steps = sorted({int(end) for batch in batches for end in epoch_end_us(batch.column("ingest_time"))})
    for at in range(0, len(steps), ahead):
        for batch, end in zip(batches, ends, strict=True):
            if end in steps[at : at + ahead]:
                source.add_elements([TimestampedValue(batch, Timestamp(micros=end - 1))])
        for step in steps[at : at + ahead]:
            source.advance_watermark_to(Timestamp(micros=step))
    return source


def cut(rows: pa.RecordBatch, order: list[int], size: int) -> list[pa.RecordBatch]:
    """The rows of each epoch in some order, in batches of some size."""
    ends = epoch_end_us(rows.column("ingest_time"))
    batches = []
    for end in sorted(set(ends.tolist())):
        of_epoch = [row for row in order if ends[row] == end]
        for at in range(0, len(of_epoch), size):
            batches.append(rows.take(pa.array(of_epoch[at : at + size])))
    return batches[::-1]


VALUES = [
    *(event(scan(shipment), name) for shipment in ("S1", "S2") for name in "ab"),
    *(event(status(shipment), name) for shipment in ("S1", "S2") for name in "cd"),
]
ARRIVALS = st.sampled_from(
    [START + n * EPOCH_US * US + edge * US for n in range(1, 5) for edge in (-1, 0, 1)]
    + [START + n * EPOCH_US * US + HOUR_US * US + edge * US for n in range(1, 4) for edge in (-1, 0, 1)]
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    told=st.lists(st.tuples(st.sampled_from(VALUES), ARRIVALS), min_size=1, max_size=12),
    size=st.integers(1, 12),
    ahead=st.integers(1, 4),
    drawn=st.data(),
)
def test_a_stream_decides_what_a_batch_decides(
    tmp_path_factory: pytest.TempPathFactory, told: list[Told], size: int, ahead: int, drawn: st.DataObject
) -> None:
    told = sorted(told, key=lambda one: one[1])
    rows = valid(told)
    order = drawn.draw(st.permutations(range(len(told))))
    found = as_a_stream(cut(rows, order, size), HOUR_US, ahead=ahead)
    now = found.pop("now")
    assert found == as_a_batch(rows, tmp_path_factory.mktemp("batch") / "staging", HOUR_US)
    assert now == found["first"]


def test_a_copy_in_another_epoch_is_known_until_it_is_forgotten() -> None:
    a = event(scan("S1"), "a")
    told = [
        (a, START + US),
        (a, START + EPOCH_US * US + US),
        (a, START + HOUR_US * US + US),
        (a, START + HOUR_US * US + 2 * US),
    ]
    found = as_a_stream(cut(valid(told), [0, 1, 2, 3], 1), HOUR_US)
    assert [row["log_offset"] for row in found["first"]] == [0, 3]
    assert [(row["log_offset"], row["first_log_offset"]) for row in found["duplicate"]] == [(1, 0), (2, 0)]


class Bag:
    """A bag or a value, as state."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def read(self) -> Any:
        return list(self.values)

    def add(self, value: Any) -> None:
        self.values.append(value)

    def clear(self) -> None:
        self.values = []


class Value:
    def __init__(self) -> None:
        self.value: Any = None

    def read(self) -> Any:
        return self.value

    def write(self, value: Any) -> None:
        self.value = value


def test_the_state_is_bounded_by_what_comes_within_the_ttl() -> None:
    """Eight hours of five new events an epoch, remembered for one hour of 24 epochs."""
    by_id, by_status, last = Bag(), Bag(), Value()
    dedupe = _Firsts(HOUR_US)
    sizes = []
    for epoch in range(1, 201):
        end = START + epoch * EPOCH_US * US
        keyed = (0, undecided_rows([(event(scan("S1"), f"{epoch}-{n}"), end) for n in range(5)]))
        list(dedupe.process(keyed, Timestamp(micros=_us(end) - 1), by_id, by_status, last))
        sizes.append(sum(Segment.unpacked(content).events for content in by_id.values))
    assert sizes[:24] == [5 * n for n in range(1, 25)]
    assert max(sizes) <= 2 * 5 * 25
    assert len(by_id.values) < 10


def test_epochs_out_of_order_are_refused() -> None:
    state = Bag(), Bag(), Value()
    dedupe = _Firsts(HOUR_US)
    later, earlier = (
        dedupe.process((0, undecided_rows([(event(scan()), end)])), Timestamp(micros=_us(end) - 1), *state)
        for end in (START + 2 * EPOCH_US * US, START + EPOCH_US * US)
    )
    list(later)
    with pytest.raises(BackendError, match="out of order"):
        list(earlier)


def undecided_rows(told: list[Told]) -> pa.RecordBatch:
    return undecided(valid(told))


def _us(time: datetime) -> int:
    return round(time.timestamp() * 1_000_000)
