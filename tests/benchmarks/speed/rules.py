"""The contract as a table of rules for plain Python: what one dict per element is checked by.

Written anew beside the contract, so that agreement with the pipeline says something.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
Rule = Callable[[Any], str | None]
"""A rule gives the code of what is wrong with a value, or None."""


def text(shortest: int, longest: int) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, str):
            return "wrong_type"
        return None if shortest <= len(value) <= longest else "out_of_range"

    return rule


def number(low: float, high: float, whole: bool = False) -> Rule:
    def rule(value: Any) -> str | None:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            return "wrong_type"
        return None if low <= value <= high else "out_of_range"

    return rule


def one_of(*choices: str) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, str):
            return "wrong_type"
        return None if value in choices else "out_of_range"

    return rule


def instant(value: Any) -> str | None:
    return None if isinstance(value, str) and _INSTANT.fullmatch(value) else "wrong_type"


def place(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "wrong_type"
    if "lat" not in value or "lon" not in value:
        return "missing_field"
    return number(-90, 90)(value["lat"]) or number(-180, 180)(value["lon"])


IDENTIFIER, NAME, PHONE, EMAIL = text(1, 64), text(0, 200), text(0, 64), text(0, 254)
_TELEMETRY = {
    "vehicle_id": IDENTIFIER,
    "driver_id": IDENTIFIER,
    "speed_kmh": number(0, 300),
    "harsh_brakes": number(0, 1000, whole=True),
    "odometer_km": number(0, float("inf")),
    "fuel_pct": number(0, 100),
}
ENVELOPE = {
    "event_id": IDENTIFIER,
    "event_type": IDENTIFIER,
    "event_version": number(1, 1000, whole=True),
    "event_time": instant,
    "producer_time": instant,
    "source": IDENTIFIER,
    "payload": lambda value: None if isinstance(value, dict) else "wrong_type",
    "trace_id": IDENTIFIER,
    "tenant_id": IDENTIFIER,
}
PAYLOADS: dict[tuple[str, int], dict[str, Rule]] = {
    ("shipment.created", 1): {
        "shipment_id": IDENTIFIER,
        "origin_facility_id": IDENTIFIER,
        "destination_facility_id": IDENTIFIER,
        "service_level": one_of("standard", "express"),
        "promised_time": instant,
        "weight_kg": number(1e-300, 1000),
        "recipient_name": NAME,
        "recipient_phone": PHONE,
        "recipient_email": EMAIL,
    },
    ("shipment.status.changed", 1): {
        "shipment_id": IDENTIFIER,
        "status": one_of("created", "picked_up", "in_transit", "out_for_delivery", "delivered", "exception"),
        "facility_id": IDENTIFIER,
        "geo": place,
        "carrier_code": IDENTIFIER,
        "eta": instant,
        "reason": one_of("nobody_home", "address_not_found", "refused", "damaged", "returned", "locker_full"),
        "attempt": number(1, 100, whole=True),
    },
    ("shipment.eta.updated", 1): {"shipment_id": IDENTIFIER, "eta": instant, "previous_eta": instant},
    ("facility.scan", 1): {
        "shipment_id": IDENTIFIER,
        "facility_id": IDENTIFIER,
        "scan_type": one_of("arrival", "departure"),
        "scanner_id": IDENTIFIER,
    },
    ("facility.capacity.changed", 1): {
        "facility_id": IDENTIFIER,
        "docks_open": number(0, 10_000, whole=True),
        "reason": one_of("opening", "closing", "closure", "staffing"),
    },
    ("driver.status.changed", 1): {
        "driver_id": IDENTIFIER,
        "status": one_of("on_shift", "driving", "at_depot", "off_shift", "on_break", "breakdown"),
        "facility_id": IDENTIFIER,
        "driver_name": NAME,
        "driver_phone": PHONE,
        "driver_email": EMAIL,
        "vehicle_id": IDENTIFIER,
    },
    ("driver.location", 1): {"driver_id": IDENTIFIER, "vehicle_id": IDENTIFIER, "geo": place},
    ("vehicle.telemetry", 1): _TELEMETRY,
    ("vehicle.telemetry", 2): {
        **_TELEMETRY,
        "battery_pct": number(0, 100),
        "temperature_c": number(-60, 80),
    },
}
OPTIONAL = {
    *("trace_id", "tenant_id", "battery_pct", "temperature_c", "attempt", "previous_eta"),
    *(
        ("shipment.status.changed", "eta"),
        ("shipment.status.changed", "reason"),
        ("driver.status.changed", "vehicle_id"),
    ),
}
"""Fields that may be missing, of some only in the type named."""
PERSONAL = {
    "shipment.created": {"recipient_name": "name", "recipient_phone": "phone", "recipient_email": "email"},
    "driver.status.changed": {"driver_name": "name", "driver_phone": "phone", "driver_email": "email"},
}
