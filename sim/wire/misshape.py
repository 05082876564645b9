"""Bodies that are not what the fact says: changed, drifted, or damaged on the way.

Pure functions on the bytes of one payload or message; few rows are concerned, so a call for each will do. Damage has
the code that the pipeline must refuse it with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from pipeline.contract.avro import MARKER
from pipeline.contract.events import FACILITY_SCAN, STATUS_CHANGED
from pipeline.contract.rejections import Rejection

_encode = msgspec.json.Encoder().encode

ADDED_VALUE = "drifted"
"""What an added field holds."""


class Damage(NamedTuple):
    """One way to spoil the bytes of a sound message, and the code that it must be refused with."""

    name: str
    spoiled: Callable[[bytes], bytes]
    code: Rejection


def add_field(payload: bytes, field: str) -> bytes:
    """A payload with a field more, which is text."""
    return payload[:-1] + b"," + _encode(field) + b":" + _encode(ADDED_VALUE) + b"}"


def break_type(payload: bytes, field: str) -> bytes:
    """A payload in which a number (a dotted name) has become text."""
    fields = msgspec.json.decode(payload)
    put_text(fields, field)
    return _encode(fields)


def put_text(fields: dict[str, Any], field: str) -> None:
    """Put text in place of the number at ``field``, a dotted name."""
    *outer, last = field.split(".")
    for name in outer:
        fields = fields[name]
    fields[last] = f"about {fields[last]}"


CHANGES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "shipment.created": ("weight_kg", lambda kg: kg / 2),
    STATUS_CHANGED: ("carrier_code", lambda code: f"{code}-2"),
    "shipment.eta.updated": ("previous_eta", lambda _: "2000-01-01T00:00:00Z"),
    FACILITY_SCAN: ("scanner_id", lambda scanner: f"{scanner}-2"),
    "facility.capacity.changed": ("docks_open", lambda docks: docks + 1),
    "driver.status.changed": ("vehicle_id", lambda vehicle: f"{vehicle}-2"),
    "driver.location": ("vehicle_id", lambda vehicle: f"{vehicle}-2"),
    "vehicle.telemetry": ("odometer_km", lambda km: km + 1),
}
"""By event type the field of the payload that a changed copy says something else in, and what it says there."""


def changed(payload: bytes, event_type: str) -> bytes:
    """A payload that is sound and says something else."""
    fields = msgspec.json.decode(payload)
    name, change = CHANGES[event_type]
    return _encode(fields | {name: change(fields.get(name))})


def _cut_short(message: bytes) -> bytes:
    return message[: len(message) // 2].decode(errors="ignore").encode()


def _not_utf8(message: bytes) -> bytes:
    middle = len(message) // 2
    return message[:middle] + b"\xff\xfe" + message[middle:]


def _not_json(message: bytes) -> bytes:
    return message.replace(b'"', b"'")


def _other_fingerprint(message: bytes) -> bytes:
    start, end = len(MARKER), len(MARKER) + 8
    return message[:start] + bytes(byte ^ 0xFF for byte in message[start:end]) + message[end:]


DAMAGES: tuple[Damage, ...] = (
    Damage("cut_short", _cut_short, Rejection.BAD_JSON),
    Damage("not_utf8", _not_utf8, Rejection.BAD_ENCODING),
    Damage("not_json", _not_json, Rejection.BAD_JSON),
)
"""Ways to damage a message in JSON. Their order is part of what a seed means: put new ones at the end."""

AVRO_DAMAGES: tuple[Damage, ...] = (
    Damage("cut_short", lambda message: message[: len(message) // 2], Rejection.BAD_AVRO),
    Damage("run_on", lambda message: message + b"\x00", Rejection.BAD_AVRO),
    Damage("other_fingerprint", _other_fingerprint, Rejection.UNKNOWN_SCHEMA),
)
"""Ways to damage a message in Avro, likewise."""
