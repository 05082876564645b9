"""The contract as a table of rules for plain Python: what one dict per element is checked by.

Written anew beside the contract, so that agreement with the pipeline says something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


@dataclass(frozen=True)
class Text:
    """Text of this many characters."""

    shortest: int
    longest: int

    def code(self, value: Any) -> str | None:
        """The code of what is wrong with a value, or None; likewise in all rules."""
        if not isinstance(value, str):
            return "wrong_type"
        return None if self.shortest <= len(value) <= self.longest else "out_of_range"


@dataclass(frozen=True)
class Number:
    """A number in a range that has both its ends."""

    low: float
    high: float
    whole: bool = False

    def code(self, value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return "wrong_type"
        return None if self.low <= value <= self.high else "out_of_range"


@dataclass(frozen=True)
class OneOf:
    """One of a list of texts."""

    choices: tuple[str, ...]

    def code(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return "wrong_type"
        return None if value in self.choices else "out_of_range"


@dataclass(frozen=True)
class Instant:
    """A time in UTC."""

    def code(self, value: Any) -> str | None:
        return None if isinstance(value, str) and _INSTANT.fullmatch(value) else "wrong_type"


@dataclass(frozen=True)
class Object:
    """An object with these fields, all required."""

    fields: tuple[tuple[str, Number], ...] = ()

    def code(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return "wrong_type"
        if any(name not in value for name, _ in self.fields):
            return "missing_field"
        return next(filter(None, (rule.code(value[name]) for name, rule in self.fields)), None)


Rule = Text | Number | OneOf | Instant | Object
IDENTIFIER, NAME, PHONE, EMAIL = Text(1, 64), Text(0, 200), Text(0, 64), Text(0, 254)
PLACE = Object((("lat", Number(-90, 90)), ("lon", Number(-180, 180))))
_TELEMETRY: dict[str, Rule] = {
    "vehicle_id": IDENTIFIER,
    "driver_id": IDENTIFIER,
    "speed_kmh": Number(0, 300),
    "harsh_brakes": Number(0, 1000, whole=True),
    "odometer_km": Number(0, float("inf")),
    "fuel_pct": Number(0, 100),
}
ENVELOPE: dict[str, Rule] = {
    "event_id": IDENTIFIER,
    "event_type": IDENTIFIER,
    "event_version": Number(1, 1000, whole=True),
    "event_time": Instant(),
    "producer_time": Instant(),
    "source": IDENTIFIER,
    "payload": Object(),
    "trace_id": IDENTIFIER,
    "tenant_id": IDENTIFIER,
}
PAYLOADS: dict[tuple[str, int], dict[str, Rule]] = {
    ("shipment.created", 1): {
        "shipment_id": IDENTIFIER,
        "origin_facility_id": IDENTIFIER,
        "destination_facility_id": IDENTIFIER,
        "service_level": OneOf(("standard", "express")),
        "promised_time": Instant(),
        "weight_kg": Number(1e-300, 1000),
        "recipient_name": NAME,
        "recipient_phone": PHONE,
        "recipient_email": EMAIL,
    },
    ("shipment.status.changed", 1): {
        "shipment_id": IDENTIFIER,
        "status": OneOf(("created", "picked_up", "in_transit", "out_for_delivery", "delivered", "exception")),
        "facility_id": IDENTIFIER,
        "geo": PLACE,
        "carrier_code": IDENTIFIER,
        "eta": Instant(),
        "reason": OneOf(("nobody_home", "address_not_found", "refused", "damaged", "returned", "locker_full")),
        "attempt": Number(1, 100, whole=True),
    },
    ("shipment.eta.updated", 1): {"shipment_id": IDENTIFIER, "eta": Instant(), "previous_eta": Instant()},
    ("facility.scan", 1): {
        "shipment_id": IDENTIFIER,
        "facility_id": IDENTIFIER,
        "scan_type": OneOf(("arrival", "departure")),
        "scanner_id": IDENTIFIER,
    },
    ("facility.capacity.changed", 1): {
        "facility_id": IDENTIFIER,
        "docks_open": Number(0, 10_000, whole=True),
        "reason": OneOf(("opening", "closing", "closure", "staffing")),
    },
    ("driver.status.changed", 1): {
        "driver_id": IDENTIFIER,
        "status": OneOf(("on_shift", "driving", "at_depot", "off_shift", "on_break", "breakdown")),
        "facility_id": IDENTIFIER,
        "driver_name": NAME,
        "driver_phone": PHONE,
        "driver_email": EMAIL,
        "vehicle_id": IDENTIFIER,
    },
    ("driver.location", 1): {"driver_id": IDENTIFIER, "vehicle_id": IDENTIFIER, "geo": PLACE},
    ("vehicle.telemetry", 1): _TELEMETRY,
    ("vehicle.telemetry", 2): {
        **_TELEMETRY,
        "battery_pct": Number(0, 100),
        "temperature_c": Number(-60, 80),
    },
}
_OPTIONAL = {
    "": ("trace_id", "tenant_id"),
    "shipment.status.changed": ("eta", "reason", "attempt"),
    "shipment.eta.updated": ("previous_eta",),
    "driver.status.changed": ("vehicle_id",),
    "vehicle.telemetry": ("battery_pct", "temperature_c"),
}


def is_optional(name: str, event_type: str) -> bool:
    """Whether a field of a type's payload, or of the envelope (no type), may be missing."""
    return name in _OPTIONAL.get(event_type, ())


PERSONAL = {
    "shipment.created": {"recipient_name": "name", "recipient_phone": "phone", "recipient_email": "email"},
    "driver.status.changed": {"driver_name": "name", "driver_phone": "phone", "driver_email": "email"},
}
