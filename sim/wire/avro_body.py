"""Columns to messages in Avro, by the contract's schemas or by one that nobody was told of.

It takes what ``json_body.envelope_json`` takes, payloads as JSON, so that a body is made once whatever the format. A
dict for each row costs several microseconds; Avro is a choice of the scenario, and JSON the default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Literal

import msgspec
import pyarrow as pa

from pipeline.contract.avro import AvroSchema, schema_of
from pipeline.contract.avro_schemas import definition
from pipeline.contract.columns import payload_type
from sim.wire.envelopes import Envelopes
from sim.wire.misshape import ADDED_VALUE, put_text
from sim.wire.texts import one_array

Change = Literal["add_field", "break_type"]


def envelope_avro(
    event_type: str, version: int, given: Envelopes, drift: tuple[Change, str] | None = None
) -> pa.BinaryArray:
    """The whole messages of one event type and version, in single-object encoding.

    Each payload is JSON that the contract accepts. With ``drift``, a change and the (dotted) name of the field, the
    payloads are written in the new shape, by ``drifted_schema``.
    """
    schema = drifted_schema(event_type, version, *drift) if drift else schema_of(event_type, version)
    no_ids = pa.nulls(len(given), pa.string())
    columns = {
        "event_id": one_array(given.event_id).to_pylist(),
        "event_time": given.event_time.tolist(),
        "producer_time": given.producer_time.tolist(),
        "source": one_array(given.source).to_pylist(),
        "payload": _records(event_type, version, given.payload, _change_of(drift)),
        "trace_id": one_array(no_ids if given.trace_id is None else given.trace_id).to_pylist(),
        "tenant_id": one_array(no_ids if given.tenant_id is None else given.tenant_id).to_pylist(),
    }
    kind = {"event_type": event_type, "event_version": version}
    rows = (dict(zip(columns, values, strict=True)) | kind for values in zip(*columns.values(), strict=True))
    return pa.array([schema.write(row) for row in rows], pa.binary())


@cache
def drifted_schema(event_type: str, version: int, change: Change, field: str) -> AvroSchema:
    """The schema of new software: a field more that is text, or a number (a dotted name) that is text now."""
    drifted = definition(event_type, version)
    record = _field(drifted, "payload")["type"]
    *outer, last = field.split(".")
    for name in outer:
        record = _field(record, name)["type"]
    if change == "add_field":
        record["fields"].append({"name": field, "type": "string"})
    else:
        _field(record, last)["type"] = "string"
    return AvroSchema.of(drifted)


def _field(record: dict[str, Any], name: str) -> Any:
    return next(field for field in record["fields"] if field["name"] == name)


def _change_of(drift: tuple[Change, str] | None) -> Callable[[dict[str, Any]], object]:
    if drift is None:
        return lambda fields: None
    change, field = drift
    if change == "add_field":
        return lambda fields: fields.update({field: ADDED_VALUE})
    return lambda fields: put_text(fields, field)


def _records(
    event_type: str, version: int, payloads: pa.Array, change: Callable[[dict[str, Any]], object]
) -> Iterator[dict[str, Any]]:
    decode = msgspec.json.Decoder(payload_type(event_type, version)).decode
    for payload in one_array(payloads).cast(pa.binary()).to_pylist():
        fields = msgspec.to_builtins(decode(payload), builtin_types=(datetime,))
        change(fields)
        yield fields
