"""Each event once, while the stream goes on: what was first is remembered for the TTL, and then forgotten.

The same two rounds as in a batch, with the same rules, but epoch after epoch: in each, the new rows of a shard are
compared with one another and with what the shard remembers. Rows go through both rounds with what was decided about
them. A bundle that fails takes its changes of the memory along, so running it again finds what it found the first time.
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
from pipeline.stages.epochs import Gather, InEpoch, WholeEpochs, in_epoch, split_by_epoch
from pipeline.stages.memory import Segment, added, recalled, remembered

_MEMORY = beam.DoFn.StateParam(BagStateSpec("memory", BytesCoder()))
_DECIDED = beam.DoFn.StateParam(ReadModifyWriteStateSpec("decided", VarIntCoder()))


class StreamingDedupe(beam.PTransform):
    """Valid events to ``first``, ``duplicate`` and ``rejected`` by the hour, and at once to ``now``: the firsts."""

    def __init__(self, shards: int, ttl_us: int) -> None:
        super().__init__()
        self._shards = shards
        self._ttl_us = ttl_us

    def expand(self, events: Any) -> Any:
        """The outputs, by name."""
        decided = (
            events
            | "By id" >> beam.ParDo(_Split(self._shards)).with_output_types(InEpoch)
            | "Same id" >> WholeEpochs("dedupe")
            | "First of id" >> beam.ParDo(_FirstOfId(self._ttl_us, self._shards)).with_output_types(InEpoch)
            | "Same status" >> WholeEpochs("dedupe")
            | "First of status" >> beam.ParDo(_FirstOfStatus(self._ttl_us)).with_outputs("now", main="decided")
        )
        decided["decided"].element_type = InEpoch
        decided["now"].element_type = pa.RecordBatch
        outputs = ("first", "duplicate", "rejected")
        rows = decided["decided"] | "Hours" >> Gather() | "Settle" >> EachBatch("dedupe", settled, outputs)
        return {name: rows[name] for name in outputs} | {"now": decided["now"]}


class _Split(beam.DoFn):
    def __init__(self, shards: int) -> None:
        self._shards = shards

    def process(self, events: pa.RecordBatch) -> Iterator[Any]:
        with at_work("dedupe"):
            yield from split_by_epoch(undecided(events), "id_hash", self._shards)


class _Round(beam.DoFn):
    """Who of an epoch is first by one key, given the memory of the shard."""

    key: str

    def __init__(self, ttl_us: int) -> None:
        self._ttl_us = ttl_us
        self._size = beam.metrics.Metrics.distribution("dedupe", f"remembered_by_{self.key}")

    def process(
        self,
        keyed: tuple[int, pa.RecordBatch],
        timestamp: Any = beam.DoFn.TimestampParam,
        memory: Any = _MEMORY,
        decided: Any = _DECIDED,
    ) -> Iterator[Any]:
        shard, events = keyed
        end_us = timestamp.micros + 1
        with at_work("dedupe"):
            _in_order(decided, end_us)
            rows = self._after(events, end_us, memory)
            yield from self.handed_on(rows, shard, end_us)

    def handed_on(self, rows: pa.RecordBatch, shard: int, end_us: int) -> Iterator[Any]:
        """The rows, as what follows takes them."""
        raise NotImplementedError

    def _after(self, events: pa.RecordBatch, end_us: int, memory: Any) -> pa.RecordBatch:
        """The events of one epoch (``DECIDED``) after the round; the memory is brought up to date."""
        segments = [Segment.unpacked(content) for content in memory.read()]
        events = decide(events, recalled(segments, contenders(events, self.key), self.key), self.key, self._ttl_us)
        segments = added(segments, remembered(contenders(events, self.key), self.key), end_us - self._ttl_us)
        memory.clear()
        for segment in segments:
            memory.add(segment.content)
        self._size.update(sum(segment.events for segment in segments))
        return events


def _in_order(decided: Any, end_us: int) -> None:
    last_end_us = decided.read()
    if last_end_us is not None and end_us <= last_end_us:
        raise BackendError("the runner handed epochs on out of order, and who came first could not be told")
    decided.write(end_us)


class _FirstOfId(_Round):
    key = "id_hash"

    def __init__(self, ttl_us: int, shards: int) -> None:
        super().__init__(ttl_us)
        self._shards = shards

    def handed_on(self, rows: pa.RecordBatch, shard: int, end_us: int) -> Iterator[Any]:
        """Each row to the shard of its status."""
        return split_by_epoch(rows, "status_hash", self._shards)


class _FirstOfStatus(_Round):
    key = "status_hash"

    def handed_on(self, rows: pa.RecordBatch, shard: int, end_us: int) -> Iterator[Any]:
        """All rows for their tables by the hour, and the firsts at once."""
        yield in_epoch(shard, end_us, rows)
        now = firsts(rows)
        if now.num_rows:
            yield TaggedOutput("now", now)
