"""Bytes to typed columns: what the contract accepts goes on, and the rest becomes rows of ``clean.rejected``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import Leaf
from pipeline.contract.events import STATUS_CHANGED, Envelope
from pipeline.contract.rejections import Rejection
from pipeline.contract.tables import REJECTED
from pipeline.stages.attributes import claimed_tenant, claimed_type
from pipeline.stages.each_batch import EachBatch, derived
from pipeline.stages.keys import keys
from pipeline.stages.read_event import Event, read_event
from pipeline.stages.rows import STATUS_LEAVES, VALID
from pipeline.stages.strict_json import Refusal
from pipeline.stages.tell_refused import tell_refused, trace_id_of

_YEAR_1_US, _YEAR_9999_END_US = -62_135_596_800_000_000, 253_402_300_799_999_999


class _Read(NamedTuple):
    """The messages of a batch, read: events and refusals, each beside its row."""

    events: list[Event]
    rows: list[int]
    refusals: list[Refusal]
    refused_rows: list[int]


def decode(messages: pa.RecordBatch, future_tolerance_us: int, hash_key: bytes) -> dict[str, pa.RecordBatch]:
    """``valid`` events (``VALID``) and ``rejected`` rows, each message in one of them."""
    read = _read(messages.column("value").to_pylist())
    valid = _valid(messages, read, hash_key)
    untimely, refusals = _untimely(valid, future_tolerance_us)
    refused_rows = [*read.refused_rows, *(read.rows[row] for row in untimely)]
    rejected = _rejected(messages, refused_rows, [*read.refusals, *refusals])
    if untimely:
        keep = np.ones(valid.num_rows, dtype=bool)
        keep[untimely] = False
        valid = valid.filter(pa.array(keep))
    return {"valid": valid, "rejected": rejected}


def _read(values: Sequence[bytes]) -> _Read:
    read = _Read([], [], [], [])
    for row, value in enumerate(values):
        event = read_event(value)
        if isinstance(event, Refusal):
            read.refusals.append(event)
            read.refused_rows.append(row)
        else:
            read.events.append(event)
            read.rows.append(row)
    return read


def _valid(messages: pa.RecordBatch, read: _Read, hash_key: bytes) -> pa.RecordBatch:
    payloads = [event[1] for event in read.events]
    columns = _of_messages(messages, read.rows) | _of_envelopes([event[0] for event in read.events])
    columns |= {
        "shipment_id": pa.array([getattr(payload, "shipment_id", None) for payload in payloads], pa.string()),
        "facility_id": pa.array([getattr(payload, "facility_id", None) for payload in payloads], pa.string()),
        "scan_type": pa.array([getattr(payload, "scan_type", None) for payload in payloads], pa.string()),
        "payload": pa.array([event[3] for event in read.events], pa.string()),
        "schema_hash": pa.array([event[4] for event in read.events], pa.string()),
    }
    is_status = pc.equal(columns["event_type"], STATUS_CHANGED)
    columns |= _of_statuses(payloads, np.flatnonzero(is_status.to_numpy(zero_copy_only=False)))
    columns |= keys(columns, is_status, [event[2] for event in read.events], hash_key)
    return derived(messages, columns, VALID)


def _of_messages(messages: pa.RecordBatch, rows: list[int]) -> dict[str, Any]:
    sizes = pc.cast(pc.binary_length(messages.column("value")), pa.int64())
    columns = {
        "ingest_time": messages.column("ingest_time"),
        "log_partition": messages.column("partition"),
        "log_offset": messages.column("offset"),
        "body_bytes": sizes,
    }
    valid = pa.array(rows, pa.int64())
    return {name: column.take(valid) for name, column in columns.items()}


def _of_envelopes(envelopes: list[Envelope]) -> dict[str, Any]:
    return {
        name: pa.array([getattr(envelope, name) for envelope in envelopes], VALID.field(name).type)
        for name in Envelope.__struct_fields__
        if name != "payload"
    }


def _of_statuses(payloads: list[Any], rows: npt.NDArray[np.intp]) -> dict[str, Any]:
    """What only status changes have, in their rows; null in all others."""
    statuses = [payloads[row] for row in rows]
    return {leaf.column: _scattered(leaf, statuses, rows, len(payloads)) for leaf in STATUS_LEAVES}


def _scattered(leaf: Leaf, payloads: list[Any], rows: npt.NDArray[np.intp], length: int) -> pa.Array:
    """One value of the payloads in the rows where they stand, null elsewhere."""
    value = attrgetter(".".join(leaf.path))
    where = np.full(length, -1)
    where[rows] = np.arange(len(rows))
    return pa.array([value(payload) for payload in payloads], leaf.arrow_type).take(pa.array(where, mask=where < 0))


def _untimely(valid: pa.RecordBatch, future_tolerance_us: int) -> tuple[list[int], list[Refusal]]:
    """The rows whose times can't be, and why."""
    refusals: dict[int, Refusal] = {}
    for column in ("event_time", "producer_time", "eta"):
        times = _microseconds(valid, column)
        place = f"payload.{column}" if column == "eta" else column
        refusal = Refusal(Rejection.OUT_OF_RANGE, f"{place}: must be in the years 1 to 9999, UTC")
        for row in np.flatnonzero((times < _YEAR_1_US) | (times > _YEAR_9999_END_US)):
            refusals.setdefault(int(row), refusal)
    reason = f"event_time: must be at most {future_tolerance_us} microseconds after ingest_time"
    latest = _microseconds(valid, "ingest_time") + future_tolerance_us
    for row in np.flatnonzero(_microseconds(valid, "event_time") > latest):
        refusals.setdefault(int(row), Refusal(Rejection.EVENT_FROM_FUTURE, reason))
    return list(refusals), list(refusals.values())


def _microseconds(rows: pa.RecordBatch, column: str) -> npt.NDArray[np.int64]:
    return np.asarray(pc.cast(rows.column(column), pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))


def _rejected(messages: pa.RecordBatch, rows: list[int], refusals: list[Refusal]) -> pa.RecordBatch:
    """Rows of ``clean.rejected``, in the order of the log."""
    order = np.argsort(np.asarray(rows, dtype=np.int64))
    refused = messages.take(pa.array(np.asarray(rows, dtype=np.int64)[order]))
    columns = {
        "log_partition": refused.column("partition"),
        "log_offset": refused.column("offset"),
        "ingest_time": refused.column("ingest_time"),
        "event_type": claimed_type(refused),
        "tenant_id": claimed_tenant(refused),
        "stage": pa.array(["decode"] * len(rows), pa.string()),
        "code": pa.array([refusals[at].code.value for at in order], pa.string()),
        "reason": pa.array([refusals[at].reason for at in order], pa.string()),
        "body_bytes": pc.cast(pc.binary_length(refused.column("value")), pa.int64()),
    }
    rejected = derived(messages, columns, REJECTED.schema)
    tell_refused(rejected, lambda row: trace_id_of(refused.column("value")[row].as_py()))
    return rejected


class Decode(EachBatch):
    """Messages to ``valid`` and ``rejected``."""

    def __init__(self, future_tolerance_us: int, hash_key: bytes) -> None:
        split = partial(decode, future_tolerance_us=future_tolerance_us, hash_key=hash_key)
        super().__init__("decode", split, ("valid", "rejected"))
