"""Each event once, while the stream goes on: what was first is remembered for the TTL, and then forgotten.

The same two rounds as in a batch, with the same rules, but epoch after epoch: in each, the new rows are compared with
one another and with what is remembered. The runner of streams works on one bundle at a time, so nothing is sharded, and
both rounds are one step. A bundle that fails takes its changes of the memory along, so running it again finds what it
found the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.coders import BytesCoder, VarIntCoder
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec

from backends.interface import BackendError
from backends.stage_work import at_work
from pipeline.stages.decided import contenders, decide, firsts, settled, undecided
from pipeline.stages.each_batch import EachBatch
from pipeline.stages.epochs import Gather, InEpoch, WholeEpochs, by_epoch, in_epoch
from pipeline.stages.memory import Segment, added, recalled, remembered

_BY_ID = beam.DoFn.StateParam(BagStateSpec("by_id", BytesCoder()))
_BY_STATUS = beam.DoFn.StateParam(BagStateSpec("by_status", BytesCoder()))
_DECIDED = beam.DoFn.StateParam(ReadModifyWriteStateSpec("decided", VarIntCoder()))


class StreamingDedupe(beam.PTransform):
    """Valid events to ``first``, ``duplicate`` and ``rejected`` by the hour, and at once to ``now``: the firsts."""

    def __init__(self, ttl_us: int) -> None:
        super().__init__()
        self._ttl_us = ttl_us

    def expand(self, events: Any) -> Any:
        """The outputs, by name."""
        decided = (
            events
            | "By epoch" >> beam.ParDo(_Split()).with_output_types(InEpoch)
            | "Whole epochs" >> WholeEpochs("dedupe")
            | "Firsts" >> beam.ParDo(_Firsts(self._ttl_us)).with_outputs("now", main="decided")
        )
        decided["decided"].element_type = InEpoch
        decided["now"].element_type = pa.RecordBatch
        outputs = ("first", "duplicate", "rejected")
        rows = decided["decided"] | "Hours" >> Gather() | "Settle" >> EachBatch("dedupe", settled, outputs)
        return {name: rows[name] for name in outputs} | {"now": decided["now"]}


class _Split(beam.DoFn):
    def process(self, events: pa.RecordBatch) -> Iterator[Any]:
        with at_work("dedupe"):
            yield from by_epoch(undecided(events))


class _Firsts(beam.DoFn):
    """Who of an epoch is first: all its events for their tables by the hour, and the firsts at once."""

    def __init__(self, ttl_us: int) -> None:
        self._ttl_us = ttl_us

    def process(
        self,
        keyed: tuple[int, pa.RecordBatch],
        timestamp: Any = beam.DoFn.TimestampParam,
        by_id: Any = _BY_ID,
        by_status: Any = _BY_STATUS,
        decided: Any = _DECIDED,
    ) -> Iterator[Any]:
        _, events = keyed
        end_us = timestamp.micros + 1
        with at_work("dedupe"):
            _in_order(decided, end_us)
            events = self._after_round("id_hash", events, end_us, by_id)
            events = self._after_round("status_hash", events, end_us, by_status)
            now = firsts(events)
        yield in_epoch(end_us, events)
        if now.num_rows:
            yield TaggedOutput("now", now)

    def _after_round(self, key: str, events: pa.RecordBatch, end_us: int, memory: Any) -> pa.RecordBatch:
        """The events (``DECIDED``) after the round of a key; its memory is brought up to date."""
        segments = [Segment.unpacked(content) for content in memory.read()]
        events = decide(events, recalled(segments, contenders(events, key), key), key, self._ttl_us)
        segments = added(segments, remembered(contenders(events, key), key), end_us - self._ttl_us)
        memory.clear()
        for segment in segments:
            memory.add(segment.content)
        remembers = beam.metrics.Metrics.distribution("dedupe", f"remembered_by_{key}")
        remembers.update(sum(segment.events for segment in segments))
        return events


def _in_order(decided: Any, end_us: int) -> None:
    last_end_us = decided.read()
    if last_end_us is not None and end_us <= last_end_us:
        raise BackendError("the runner handed epochs on out of order, and who came first could not be told")
    decided.write(end_us)
