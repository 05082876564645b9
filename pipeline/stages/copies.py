"""Which events are copies, decided on claims alone: the pure part of dedupe.

First by ``(tenant_id, source, event_id)``, then, among those that are left, status changes told twice under two ids.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.rejections import Rejection
from pipeline.contract.tables import DUPLICATES, REJECTED
from pipeline.stages.each_batch import derived
from pipeline.stages.first_of_key import CLAIMS, Contest, first_of_key, words
from pipeline.stages.tell_refused import tell_refused

LOSERS = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("first_log_partition", pa.int32(), nullable=False),
        pa.field("first_log_offset", pa.int64(), nullable=False),
    ]
)
"""Rows of one staged batch that are not first. ``reason`` is ``event_id``, ``status`` or the code of a conflict."""


def claims_of(events: pa.RecordBatch, staged: bytes) -> pa.RecordBatch:
    """The claims (``CLAIMS``) that a staged batch of events makes."""
    columns = {name: events.column(name) for name in CLAIMS.names if name in events.schema.names}
    columns["staged"] = pa.array([staged] * events.num_rows, CLAIMS.field("staged").type)
    columns["row"] = pa.array(np.arange(events.num_rows))
    return pa.RecordBatch.from_arrays([columns[name] for name in CLAIMS.names], schema=CLAIMS)


def by_event_id(claims: pa.RecordBatch, ttl_us: int) -> tuple[list[tuple[bytes, pa.RecordBatch]], pa.RecordBatch]:
    """The first round: losers by staged batch, and the claims of those status changes that won."""
    contest = first_of_key(claims, "id_hash", ttl_us)
    content = words(claims.column("content_hash"))
    same = (content[contest.losers] == content[contest.lost_to]).all(axis=1)
    reasons = np.where(same, "event_id", Rejection.CONFLICTING_DUPLICATE.value)
    winners = claims.take(pa.array(contest.winners))
    return _losers(claims, contest, reasons), winners.filter(winners.column("status_hash").is_valid())


def by_status(claims: pa.RecordBatch, ttl_us: int) -> list[tuple[bytes, pa.RecordBatch]]:
    """The second round, among winners of the first: losers by staged batch."""
    contest = first_of_key(claims, "status_hash", ttl_us)
    return _losers(claims, contest, np.full(len(contest.losers), "status"))


def settle(events: pa.RecordBatch, losers: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
    """A staged batch as ``first`` events, ``duplicate`` rows and ``rejected`` rows."""
    losers = losers.sort_by("row")
    is_first = np.ones(events.num_rows, dtype=bool)
    is_first[losers.column("row").to_numpy()] = False
    conflict = pc.equal(losers.column("reason"), Rejection.CONFLICTING_DUPLICATE.value)
    copies, conflicts = losers.filter(pc.invert(conflict)), losers.filter(conflict)
    return {
        "first": events.filter(pa.array(is_first)),
        "duplicate": _duplicates(events.take(copies.column("row")), copies),
        "rejected": _conflicts(events.take(conflicts.column("row")), conflicts),
    }


def _losers(
    claims: pa.RecordBatch, contest: Contest, reasons: npt.NDArray[np.str_]
) -> list[tuple[bytes, pa.RecordBatch]]:
    lost, won = claims.take(pa.array(contest.losers)), claims.take(pa.array(contest.lost_to))
    columns = [
        lost.column("row"),
        pa.array(reasons, pa.string()),
        won.column("log_partition"),
        won.column("log_offset"),
    ]
    losers = pa.RecordBatch.from_arrays(columns, schema=LOSERS)
    staged = lost.column("staged")
    return [
        (name, losers.filter(pc.equal(staged, pa.scalar(name, staged.type)))) for name in pc.unique(staged).to_pylist()
    ]


def _duplicates(copies: pa.RecordBatch, losers: pa.RecordBatch) -> pa.RecordBatch:
    columns: dict[str, Any] = dict(zip(copies.schema.names, copies.columns, strict=True))
    columns |= {
        "matched_on": losers.column("reason"),
        "first_log_partition": losers.column("first_log_partition"),
        "first_log_offset": losers.column("first_log_offset"),
    }
    return derived(copies, columns, DUPLICATES.schema)


def _conflicts(events: pa.RecordBatch, losers: pa.RecordBatch) -> pa.RecordBatch:
    columns: dict[str, Any] = dict(zip(events.schema.names, events.columns, strict=True))
    places = [pc.cast(losers.column(name), pa.string()) for name in ("first_log_partition", "first_log_offset")]
    said = "event_id: must come with the same body as at partition "
    columns |= {
        "stage": pa.array(["dedupe"] * len(losers), pa.string()),
        "code": losers.column("reason"),
        "reason": pc.binary_join_element_wise(said, places[0], ", offset ", places[1], ""),
    }
    rejected = derived(events, columns, REJECTED.schema)
    tell_refused(rejected, lambda row: events.column("trace_id")[row].as_py())
    return rejected
