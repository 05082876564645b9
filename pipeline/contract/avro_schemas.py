"""The Avro schema of each event type and version, derived from the types, and as files for readers with other tools.

A schema is of the whole message: the envelope, with the payload in it. A list of allowed values is text, so that one
more is not another schema; a field with personal data has its kind as the property ``pii``. The records of all
versions of a type have one name, since a reader takes only records of the name that it knows.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec.inspect as mi

from pipeline.contract.columns import bare, payload_type
from pipeline.contract.events import EVENT_TYPES, Envelope

_NAMESPACE = "logistics_twin"
_TYPES: dict[type[mi.Type], Any] = {
    mi.StrType: "string",
    mi.LiteralType: "string",
    mi.IntType: "long",
    mi.FloatType: "double",
    mi.DateTimeType: {"type": "long", "logicalType": "timestamp-micros"},
}


def definition(event_type: str, version: int) -> dict[str, Any]:
    """The schema of a message, as in an ``.avsc`` file."""
    name = payload_type(event_type, min(EVENT_TYPES[event_type])).__name__
    payload = _record(_struct(payload_type(event_type, version)), name, {})
    return {"namespace": _NAMESPACE, **_record(_struct(Envelope), f"{name}Message", payload)}


def _struct(of: type) -> mi.StructType:
    kind = mi.type_info(of)
    assert isinstance(kind, mi.StructType)
    return kind


def _record(struct: mi.StructType, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    fields = [_field(field, payload) for field in struct.fields]
    return {"type": "record", "name": name, "doc": struct.cls.__doc__, "fields": fields}


def _field(field: mi.Field, payload: dict[str, Any]) -> dict[str, Any]:
    kind, pii, optional = bare(field.type)
    held = payload if isinstance(kind, mi.RawType) else _held(kind)
    named: dict[str, Any] = {"name": field.encode_name, "type": ["null", held] if optional else held}
    return named | ({"default": None} if optional else {}) | ({"pii": pii} if pii else {})


def _held(kind: mi.Type) -> Any:
    return _record(kind, kind.cls.__name__, {}) if isinstance(kind, mi.StructType) else _TYPES[type(kind)]


def schema_files() -> dict[str, str]:
    """The text of each ``.avsc`` file by its name, one file for each type and version."""
    return {
        f"{event_type}-v{version}.avsc": json.dumps(definition(event_type, version), indent=2) + "\n"
        for event_type, versions in EVENT_TYPES.items()
        for version in versions
    }
