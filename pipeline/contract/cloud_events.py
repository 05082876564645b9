"""The envelope as the attributes of CloudEvents 1.0, both ways, for brokers and clouds that route by them.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md. There ``source`` and ``id`` together tell
events apart, and here tenant, source and id do: so the tenant is part of ``source``. The payload is the event's data.
Text that CloudEvents does not allow in an attribute, control characters above all, is percent-encoded, as is ``%``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

import msgspec

from pipeline.contract.events import Envelope
from pipeline.contract.json_schemas import schema_id

ATTRIBUTES = {
    "specversion": "`1.0`",
    "id": "`event_id`",
    "source": "`urn:logistics-twin:<tenant_id>:<source>`, each percent-encoded; no tenant leaves its part empty",
    "type": "`event_type`",
    "dataschema": "the URN of the JSON Schema of type and `event_version`, with `#/properties/payload`",
    "datacontenttype": "`application/json`",
    "time": "`event_time`",
    "producertime": "`producer_time`; an extension",
    "traceid": "`trace_id`, left out where there is none; an extension",
}
"""What each attribute is made of."""

_SOURCE = re.compile(r"urn:logistics-twin:(?P<tenant>[^:]*):(?P<source>[^:]+)")
_SCHEMA = re.compile(r"urn:logistics-twin:[^:]+:(?P<version>[1-9][0-9]*)#/properties/payload")
_NOT_ALLOWED = re.compile("[%\x00-\x1f\x7f-\x9f\ufdd0-\ufdef]|[" + "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
) + "]")  # fmt: skip
"""Section "Type System", String: no controls, no noncharacters. Surrogates are no text to begin with."""


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The attributes of an event whose data is ``envelope.payload``."""
    attributes = {
        "specversion": "1.0",
        "id": _allowed(envelope.event_id),
        "source": f"urn:logistics-twin:{quote(envelope.tenant_id or '', safe='')}:{quote(envelope.source, safe='')}",
        "type": _allowed(envelope.event_type),
        "dataschema": schema_id(quote(envelope.event_type, safe=""), envelope.event_version) + "#/properties/payload",
        "datacontenttype": "application/json",
        "time": _time(envelope.event_time),
        "producertime": _time(envelope.producer_time),
    }
    return attributes | ({"traceid": _allowed(envelope.trace_id)} if envelope.trace_id else {})


def envelope_of(attributes: Mapping[str, str], data: bytes) -> Envelope:
    """The event that ``attributes_of`` says so of. Raises ``ValueError`` for attributes that it does not give."""
    try:
        if attributes["specversion"] != "1.0":
            raise ValueError("specversion: must be 1.0")
        origin, schema = _read(_SOURCE, attributes, "source"), _read(_SCHEMA, attributes, "dataschema")
        fields = {
            "event_id": unquote(attributes["id"]),
            "event_type": unquote(attributes["type"]),
            "event_version": int(schema["version"]),
            "event_time": attributes["time"],
            "producer_time": attributes["producertime"],
            "source": unquote(origin["source"]),
            "tenant_id": unquote(origin["tenant"]) or None,
            "trace_id": unquote(attributes["traceid"]) if "traceid" in attributes else None,
        }
    except KeyError as missing:
        raise ValueError(f"{missing.args[0]}: the attribute is missing") from missing
    return msgspec.convert(fields | {"payload": msgspec.Raw(data)}, Envelope)


def _read(pattern: re.Pattern[str], attributes: Mapping[str, str], name: str) -> re.Match[str]:
    match = pattern.fullmatch(attributes[name])
    if match is None:
        raise ValueError(f"{name}: is not one that this platform gives")
    return match


def _allowed(text: str) -> str:
    return _NOT_ALLOWED.sub(lambda found: quote(found[0], safe=""), text)


def _time(time: object) -> str:
    return msgspec.json.decode(msgspec.json.encode(time), type=str)
