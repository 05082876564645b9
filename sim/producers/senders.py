"""Who sends which event type: what reports are made by, and what a scenario's faults are held to."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.contract.events import FACILITY_SCAN, STATUS_CHANGED
from sim.producers.names import PRODUCERS, Producer

SENDER: Mapping[str, Producer] = {
    "shipment.created": "order_system",
    STATUS_CHANGED: "driver_app",
    "shipment.eta.updated": "order_system",
    FACILITY_SCAN: "hand_scanner",
    "facility.capacity.changed": "facility_system",
    "driver.status.changed": "driver_app",
    "driver.location": "driver_app",
    "vehicle.telemetry": "telematics_gateway",
}
"""Of each event type, but for the statuses below."""

STATUS_SENDER: Mapping[str, Producer] = {"created": "order_system", "in_transit": "carrier_feed"}
"""Of ``shipment.status.changed`` with these statuses."""


def senders(event_type: str) -> tuple[Producer, ...]:
    """Every producer that sends a type."""
    sending = {SENDER[event_type], *(STATUS_SENDER.values() if event_type == STATUS_CHANGED else ())}
    return tuple(name for name in PRODUCERS if name in sending)
