"""From the bytes of one message to a typed event, or to the reason why there is none.

A message in Avro is read into the JSON that says the same, and is that from there on: one way decides for both.

Most messages are in canonical form: encoding what was decoded gives the very same bytes. Then nothing can be hidden in
them, and they are done. All others take the slow way through a strict parser.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec
import msgspec.inspect as mi

from pipeline.contract import avro
from pipeline.contract.columns import payload_leaves
from pipeline.contract.events import EVENT_TYPES, Envelope
from pipeline.contract.rejections import MESSAGE_BYTES_MAX, Rejection
from pipeline.stages.strict_json import TOO_LARGE, Refusal, parse

Event = tuple[Envelope, msgspec.Struct, bytes, bytes, str]
"""Envelope, payload, the payload's JSON as received, the same in canonical form without what the contract does not
have, and the schema hash, which tells what was left out."""

_encode = msgspec.json.Encoder().encode
_decode_envelope = msgspec.json.Decoder(Envelope).decode
_decode_payload = {
    (event_type, version): msgspec.json.Decoder(payload).decode
    for event_type, versions in EVENT_TYPES.items()
    for version, payload in versions.items()
}


def schema_hash(event_type: str, version: int, unknown: Iterable[str] = ()) -> str:
    """16 hex digits that change when a payload has fields that the contract does not have, given as dotted names."""
    text = "+".join((f"{event_type}/{version}", *sorted(unknown)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_plain_schema_hash = {key: schema_hash(*key) for key in _decode_payload}
_WHERE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
"""The place is the last that looks like one: a value that msgspec quotes before it may look like one too."""
_OUT_OF_RANGE = re.compile(r"Number out of range|Integer value out of range|Expected `\w+` (?:<|>|of length)")


def read_event(message: bytes) -> Event | Refusal:
    """The event in a message, JSON or Avro. Never raises, whatever the bytes."""
    try:
        envelope = _decode_envelope(message)
        kind = envelope.event_type, envelope.event_version
        payload = _decode_payload[kind](envelope.payload)
        body = _encode(payload)
        if body == bytes(envelope.payload) and _encode(envelope) == message and len(message) <= MESSAGE_BYTES_MAX:
            return envelope, payload, body, body, _plain_schema_hash[kind]
    except (ValueError, KeyError, RecursionError):
        pass  # the slow way finds out what it is and words it
    return _read_avro(message) if avro.is_avro(message) else _read_slowly(message)


def _read_avro(message: bytes) -> Event | Refusal:
    if len(message) > MESSAGE_BYTES_MAX:
        return TOO_LARGE
    try:
        return read_event(avro.json_of(message))
    except avro.UnreadableAvro as error:
        return Refusal(error.code, error.reason)


def _read_slowly(message: bytes) -> Event | Refusal:
    document = parse(message)
    if isinstance(document, Refusal):
        return document
    fields = document.root
    refusal = _missing(fields, Envelope, "")
    if refusal:
        return refusal
    try:
        envelope = _decode_envelope(message)
    except msgspec.ValidationError as error:
        return _worded(error, Envelope, "")
    refusal = _unsupported(envelope) or _missing(fields["payload"], _struct(envelope), "payload")
    if refusal:
        return refusal
    try:
        payload = _decode_payload[envelope.event_type, envelope.event_version](envelope.payload)
    except msgspec.ValidationError as error:
        return _worded(error, _struct(envelope), "payload")
    unknown = _unknown(fields["payload"], _struct(envelope), ())
    shape = schema_hash(envelope.event_type, envelope.event_version, unknown)
    return envelope, payload, bytes(envelope.payload), _encode(payload), shape


def _struct(envelope: Envelope) -> type[msgspec.Struct]:
    return EVENT_TYPES[envelope.event_type][envelope.event_version]


def _unsupported(envelope: Envelope) -> Refusal | None:
    versions = EVENT_TYPES.get(envelope.event_type)
    if versions is None:
        return Refusal(Rejection.UNKNOWN_TYPE, f"event_type: must be one of {', '.join(EVENT_TYPES)}")
    if envelope.event_version not in versions:
        return Refusal(Rejection.UNSUPPORTED_VERSION, f"event_version: must be one of {', '.join(map(str, versions))}")
    return None


def _missing(fields: Any, struct: type[msgspec.Struct], path: str) -> Refusal | None:
    """The first required field that is not there. It comes before all that may be wrong with those that are."""
    if not isinstance(fields, dict):
        return Refusal(Rejection.WRONG_TYPE, f"{path or 'message'}: expected `object`")
    for name, required, inner in _fields(struct):
        here = f"{path}.{name}" if path else name
        if required and name not in fields:
            return Refusal(Rejection.MISSING_FIELD, f"{here}: required")
        if inner and isinstance(fields.get(name), dict):
            refusal = _missing(fields[name], inner, here)
            if refusal:
                return refusal
    return None


def _unknown(fields: dict[str, Any], struct: type[msgspec.Struct], path: tuple[str, ...]) -> Iterator[str]:
    known = {name: inner for name, _, inner in _fields(struct)}
    for name, value in fields.items():
        if name not in known:
            yield ".".join((*path, name))
        elif inner := known[name]:
            yield from _unknown(value, inner, (*path, name))


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, bool, type[msgspec.Struct] | None], ...]:
    """Each field's name, whether it is required, and the struct in it if it holds one."""
    kind = mi.type_info(struct)
    assert isinstance(kind, mi.StructType)
    return tuple(
        (field.encode_name, field.required, field.type.cls if isinstance(field.type, mi.StructType) else None)
        for field in kind.fields
    )


def _worded(error: msgspec.ValidationError, struct: type[msgspec.Struct], root: str) -> Refusal:
    """The refusal for what msgspec found. Its own wording quotes the value only where a field has a list of values."""
    match = _WHERE.fullmatch(str(error))
    assert match
    what, path = match["what"], match["path"] or ""
    place = ".".join(filter(None, (root, path))) or "message"
    if what.startswith("Invalid enum value"):
        return Refusal(Rejection.OUT_OF_RANGE, f"{place}: must be one of {', '.join(_choices(struct, path))}")
    if _OUT_OF_RANGE.match(what):
        return Refusal(Rejection.OUT_OF_RANGE, f"{place}: {what[0].lower()}{what[1:]}")
    return Refusal(Rejection.WRONG_TYPE, f"{place}: {what[0].lower()}{what[1:]}")


def _choices(struct: type[msgspec.Struct], path: str) -> tuple[str, ...]:
    keys = [key for key in _decode_payload if EVENT_TYPES[key[0]][key[1]] is struct]
    return next(leaf.choices for leaf in payload_leaves(*keys[0]) if ".".join(leaf.path) == path)
