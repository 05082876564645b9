"""The JSON Schema (draft 2020-12) of each event type and version, derived from the types, for producers' own tests.

A schema is of the whole message, as the Avro schemas are. What the pipeline reads passes it; what it refuses as
``missing_field``, ``wrong_type`` or ``out_of_range`` fails, but for what JSON Schema can't tell: a day that a month
does not have, and ``1.0`` where a whole number must be, which to JSON Schema is one.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec.inspect as mi

from pipeline.contract.columns import bare, payload_type
from pipeline.contract.events import EVENT_TYPES, Envelope
from pipeline.contract.rejections import DEPTH_MAX, MESSAGE_BYTES_MAX

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TIME_PATTERN = (
    r"^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]"
    r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])$"
)
"""RFC 3339, section 5.6; a space for the T and an offset without a colon pass too. Seconds that leap don't."""
_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}


def schema_id(event_type: str, version: int) -> str:
    """The schema's own name, a URN (RFC 8141)."""
    return f"urn:logistics-twin:{event_type}:{version}"


def json_schema(event_type: str, version: int) -> dict[str, Any]:
    """The schema of a message. The extension keyword ``x-pii`` has a field's kind of personal data."""
    whole = _object(Envelope)
    known = {"event_type": {"const": event_type}, "event_version": {"const": version, "type": "integer"}}
    whole["properties"] |= known | {"payload": _object(payload_type(event_type, version))}
    head = {"$schema": DIALECT, "$id": schema_id(event_type, version), "title": f"{event_type} version {version}"}
    return head | whole | {"x-bytes-max": MESSAGE_BYTES_MAX, "x-depth-max": DEPTH_MAX}


def _object(struct: type) -> dict[str, Any]:
    kind = mi.type_info(struct)
    assert isinstance(kind, mi.StructType)
    return {
        "description": struct.__doc__,
        "type": "object",
        "required": [field.encode_name for field in kind.fields if field.required],
        "properties": {field.encode_name: _value(field.type) for field in kind.fields},
    }


def _value(field: mi.Type) -> dict[str, Any]:
    kind, pii, optional = bare(field)
    schema = _of_kind(kind)
    if optional:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema | ({"x-pii": pii} if pii else {})


def _of_kind(kind: mi.Type) -> dict[str, Any]:
    match kind:
        case mi.StructType():
            return _object(kind.cls)
        case mi.LiteralType():
            return {"type": "string", "enum": list(kind.values)}
        case mi.StrType():
            lengths = {"minLength": kind.min_length, "maxLength": kind.max_length}
            return {"type": "string"} | {word: length for word, length in lengths.items() if length is not None}
        case mi.DateTimeType():
            return {"type": "string", "format": "date-time", "pattern": TIME_PATTERN}
        case mi.IntType() | mi.FloatType():
            return {"type": "integer" if isinstance(kind, mi.IntType) else "number"} | _limits(kind)
    return {"type": "object"}


def _limits(kind: mi.IntType | mi.FloatType) -> dict[str, Any]:
    """At least and at most; a number without an end ends where a double does."""
    limits = {word: getattr(kind, name) for name, word in _LIMITS.items() if getattr(kind, name) is not None}
    return limits if {"maximum", "exclusiveMaximum"} & limits.keys() else limits | {"maximum": sys.float_info.max}


def schema_files() -> dict[str, str]:
    """The text of each ``.schema.json`` file by its name, one file for each type and version."""
    return {
        f"{event_type}-v{version}.schema.json": json.dumps(json_schema(event_type, version), indent=2) + "\n"
        for event_type, versions in EVENT_TYPES.items()
        for version in versions
    }
