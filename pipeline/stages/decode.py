"""Bytes to typed columns: what the contract accepts goes on, and the rest becomes rows of ``clean.rejected``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.events import STATUS_CHANGED, Envelope
from pipeline.contract.rejections import Rejection
from pipeline.contract.tables import REJECTED
from pipeline.stages.attributes import claimed_tenant, claimed_type
from pipeline.stages.each_batch import EachBatch, derived
from pipeline.stages.event_columns import of_envelopes, of_payloads
from pipeline.stages.keys import keys
from pipeline.stages.read_event import read_event
from pipeline.stages.rows import VALID
from pipeline.stages.strict_json import Refusal
from pipeline.stages.tell_refused import tell_refused, trace_id_of

_YEAR_1_US, _YEAR_9999_END_US = -62_135_596_800_000_000, 253_402_300_799_999_999


class _Read(NamedTuple):
    """The messages of a batch, read: the parts of each event beside its row, and the refusals beside theirs.

    One list for each part, since a tuple for each event would keep the garbage collector busy.
    """

    rows: list[int]
    envelopes: list[Envelope]
    payloads: list[Any]
    received: list[bytes]
    bodies: list[bytes]
    schema_hashes: list[str]
    refused_rows: list[int]
    refusals: list[Refusal]


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
    read = _Read([], [], [], [], [], [], [], [])
    for row, value in enumerate(values):
        event = read_event(value)
        if isinstance(event, Refusal):
            read.refusals.append(event)
            read.refused_rows.append(row)
            continue
        envelope, payload, received, body, schema_hash = event
        read.rows.append(row)
        read.envelopes.append(envelope)
        read.payloads.append(payload)
        read.received.append(received)
        read.bodies.append(body)
        read.schema_hashes.append(schema_hash)
    return read


def _valid(messages: pa.RecordBatch, read: _Read, hash_key: bytes) -> pa.RecordBatch:
    columns = _of_messages(messages, read.rows) | of_envelopes(read.envelopes)
    columns |= of_payloads(read.payloads, columns["event_type"])
    columns |= {
        "payload": pa.array(read.bodies, pa.string()),
        "schema_hash": pa.array(read.schema_hashes, pa.string()),
    }
    columns |= keys(columns, pc.equal(columns["event_type"], STATUS_CHANGED), read.received, hash_key)
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
