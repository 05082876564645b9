"""Poison: messages that are hostile on purpose, each with the code that the pipeline must refuse it with.

Made from the bytes of a sound message, and from nothing else. In JSON text a name in quotes followed by a colon can
only be a name, since quotes inside text are escaped; so the first of each is the envelope's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.contract.avro import MARKER
from pipeline.contract.rejections import DEPTH_MAX, MESSAGE_BYTES_MAX, Rejection
from sim.wire.misshape import Damage

_encode = msgspec.json.Encoder().encode
_VERSION = re.compile(rb'"event_version":\d+')
_ID = b'"event_id":"'
_AVRO_BODY = len(MARKER) + 8
"""Where the record begins: with the length of its first text."""
_LONG = "x" * 65
_HUGE = b"\x80" * 8 + b"\x01"
"""2**55 as Avro encodes a whole number: no memory has so many bytes."""


def _noted(message: bytes, value: bytes) -> bytes:
    """The message with an envelope field that nobody knows; any sound value would be tolerated there."""
    return message[:-1] + b',"note":' + value + b"}"


def _nested(message: bytes) -> bytes:
    return _noted(message, b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)


def _too_large(message: bytes) -> bytes:
    room = MESSAGE_BYTES_MAX + 1 - len(_noted(message, b'""'))
    return _noted(message, b'"' + b"x" * room + b'"')


def _version(value: bytes) -> Callable[[bytes], bytes]:
    return lambda message: _VERSION.sub(b'"event_version":' + value, message, count=1)


def _in_id(text: bytes) -> Callable[[bytes], bytes]:
    return lambda message: message.replace(_ID, _ID + text, 1)


def _with(**fields: object) -> Callable[[bytes], bytes]:
    return lambda message: _encode(msgspec.json.decode(message) | fields)


def _in_payload(change: Callable[[dict[str, Any], str], object]) -> Callable[[bytes], bytes]:
    """Change the payload at its first field, which every version requires, and which is an identifier."""

    def spoiled(message: bytes) -> bytes:
        fields = msgspec.json.decode(message)
        change(fields["payload"], next(iter(fields["payload"])))
        return _encode(fields)

    return spoiled


POISONS: tuple[Damage, ...] = (
    Damage("nested_too_deep", _nested, Rejection.TOO_DEEP),
    Damage("too_large", _too_large, Rejection.TOO_LARGE),
    Damage("name_twice", lambda message: b'{"event_id":"x",' + message[1:], Rejection.BAD_JSON),
    Damage("not_a_number", _version(b"NaN"), Rejection.BAD_JSON),
    Damage("lone_surrogate", _in_id(rb"\ud800"), Rejection.BAD_JSON),
    Damage("control_character", _in_id(b"\n"), Rejection.BAD_JSON),
    Damage("unknown_type", _with(event_type="no.such.event"), Rejection.UNKNOWN_TYPE),
    Damage("unknown_version", _version(b"999"), Rejection.UNSUPPORTED_VERSION),
    Damage("huge_number", _version(b"9" * 18), Rejection.OUT_OF_RANGE),
    Damage("no_source", lambda message: message.replace(b'"source":', b'"Source":', 1), Rejection.MISSING_FIELD),
    Damage("no_identifier", _in_payload(lambda fields, first: fields.pop(first)), Rejection.MISSING_FIELD),
    Damage("number_for_text", _in_payload(lambda fields, first: fields.update({first: 7})), Rejection.WRONG_TYPE),
    Damage("null_for_text", _with(event_id=None), Rejection.WRONG_TYPE),
    Damage("long_identifier", _in_payload(lambda fields, first: fields.update({first: _LONG})), Rejection.OUT_OF_RANGE),
    Damage("null_byte", lambda message: message + b"\x00", Rejection.BAD_JSON),
    Damage("byte_order_mark", lambda message: b"\xef\xbb\xbf" + message, Rejection.BAD_JSON),
    Damage("utf_16", lambda message: b"\xff\xfe" + message.decode().encode("utf-16-le"), Rejection.BAD_ENCODING),
    Damage("empty", lambda _: b"", Rejection.BAD_JSON),
    Damage("array", lambda message: b"[" + message + b"]", Rejection.WRONG_TYPE),
    Damage("two_messages", lambda message: message + b"\n" + message, Rejection.BAD_JSON),
)  # fmt: skip
"""Poison in JSON. The order is part of what a seed means: put new ones at the end."""


def _before_body(more: bytes) -> Callable[[bytes], bytes]:
    return lambda message: message[:_AVRO_BODY] + more + message[_AVRO_BODY:]


AVRO_POISONS: tuple[Damage, ...] = (
    Damage("huge_length", _before_body(_HUGE), Rejection.BAD_AVRO),
    Damage("negative_length", _before_body(b"\x01"), Rejection.BAD_AVRO),
    Damage("not_utf8_inside", _before_body(b"\x04\xff\xfe"), Rejection.BAD_AVRO),
    Damage("marker_alone", lambda _: MARKER, Rejection.BAD_AVRO),
    Damage("no_record", lambda message: message[:_AVRO_BODY], Rejection.BAD_AVRO),
    Damage("two_messages", lambda message: message + message, Rejection.BAD_AVRO),
    Damage("too_large", lambda message: message.ljust(MESSAGE_BYTES_MAX + 1, b"\x00"), Rejection.TOO_LARGE),
    Damage("no_such_schema", lambda message: MARKER + b"\x00" * 8 + message[_AVRO_BODY:], Rejection.UNKNOWN_SCHEMA),
    Damage("empty", lambda _: b"", Rejection.BAD_JSON),
)
"""Poison in Avro, likewise."""
