"""Each event once, in flat memory: only claims (hashes and places) are compared, shard by shard, in two rounds.

Events and claims wait in staging until it is known which of them lost. The first by ``(ingest_time, log position)``
wins, in whatever order batches come. What comes more than the TTL after the first is a first again: a key is
remembered no longer, as it would be by a stream whose memory is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindows

from backends.stage_work import at_work
from pipeline.stages.copies import LOSERS, by_event_id, by_status, claims_of, settle
from pipeline.stages.each_batch import one_batch
from pipeline.stages.staged_claims import StagedClaims, staged_claims
from pipeline.stages.staging import fetch, stage

_Claims = beam.typehints.KV[int, bytes]
_Losers = beam.typehints.KV[bytes, pa.RecordBatch]


class Dedupe(beam.PTransform):
    """Valid events to ``first``, ``duplicate`` and ``rejected``."""

    def __init__(self, staging: str, shards: int, ttl_us: int) -> None:
        super().__init__()
        self._staging = staging
        self._shards = shards
        self._ttl_us = ttl_us

    def expand(self, events: Any) -> Any:
        """The outputs, by name."""
        staged = _two(
            events | "Stage" >> beam.ParDo(_Stage(self._staging, self._shards)).with_outputs("claims", main="losers")
        )
        by_id = staged["claims"] | "Same id" >> beam.GroupByKey()
        ids = _two(
            by_id
            | "First of id"
            >> beam.ParDo(_ById(self._staging, self._shards, self._ttl_us)).with_outputs("claims", main="losers")
        )
        statuses = (
            ids["claims"]
            | "Same status" >> beam.GroupByKey()
            | "First of status" >> beam.ParDo(_ByStatus(self._staging, self._ttl_us)).with_output_types(_Losers)
        )
        losers = (
            (staged["losers"], ids["losers"], statuses) | "Losers" >> beam.Flatten() | "Same batch" >> beam.GroupByKey()
        )
        settled = losers | "Settle" >> beam.ParDo(_Settle(self._staging)).with_outputs(
            "duplicate", "rejected", main="first"
        )
        for name in ("first", "duplicate", "rejected"):
            settled[name].element_type = pa.RecordBatch
        return settled


def _two(outputs: Any) -> Any:
    outputs["claims"].element_type = _Claims
    outputs["losers"].element_type = _Losers
    return outputs


class _Staging(beam.DoFn):
    """Hands on claims by the names of files, the last ones at the end of a bundle."""

    def __init__(self, staging: str, key: str, shards: int) -> None:
        self._staging = staging
        self._key = key
        self._shards = shards

    def start_bundle(self) -> None:
        self._claims = StagedClaims(self._staging, self._key, self._shards)

    def _staged(self, claims: pa.RecordBatch) -> Iterator[TaggedOutput]:
        for named in self._claims.add(claims):
            yield TaggedOutput("claims", named)

    def finish_bundle(self) -> Iterator[TaggedOutput]:
        with at_work("dedupe"):
            for named in self._claims.rest():
                yield TaggedOutput("claims", GlobalWindows.windowed_value(named))


class _Stage(_Staging):
    """Puts a batch into staging, where it has no losers yet, and its claims."""

    def __init__(self, staging: str, shards: int) -> None:
        super().__init__(staging, "id_hash", shards)

    def process(self, events: pa.RecordBatch) -> Iterator[Any]:
        with at_work("dedupe"):
            name = stage(self._staging, events)
            yield name, _joined([], LOSERS)
            yield from self._staged(claims_of(events, name))


class _ById(_Staging):
    def __init__(self, staging: str, shards: int, ttl_us: int) -> None:
        super().__init__(staging, "status_hash", shards)
        self._ttl_us = ttl_us

    def process(self, keyed: tuple[int, Iterable[bytes]]) -> Iterator[Any]:
        with at_work("dedupe"):
            losers, status_changes = by_event_id(staged_claims(self._staging, keyed[1]), self._ttl_us)
            yield from losers
            yield from self._staged(status_changes)


class _ByStatus(beam.DoFn):
    def __init__(self, staging: str, ttl_us: int) -> None:
        self._staging = staging
        self._ttl_us = ttl_us

    def process(self, keyed: tuple[int, Iterable[bytes]]) -> Iterator[tuple[bytes, pa.RecordBatch]]:
        with at_work("dedupe"):
            yield from by_status(staged_claims(self._staging, keyed[1]), self._ttl_us)


class _Settle(beam.DoFn):
    def __init__(self, staging: str) -> None:
        self._staging = staging

    def process(self, keyed: tuple[bytes, Iterable[pa.RecordBatch]]) -> Iterator[Any]:
        name, losers = keyed
        with at_work("dedupe"):
            outputs = settle(fetch(self._staging, name), _joined(losers))
        for output, rows in outputs.items():
            if rows.num_rows:
                beam.metrics.Metrics.counter("dedupe", output).inc(rows.num_rows)
                yield rows if output == "first" else TaggedOutput(output, rows)


def _joined(batches: Iterable[pa.RecordBatch], schema: pa.Schema | None = None) -> pa.RecordBatch:
    return one_batch(pa.Table.from_batches(list(batches), schema))
