"""Messages and reference data for the tests of the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa

from backends.interface import APPENDED, MESSAGE
from backends.local.warehouse import LocalWarehouse
from pipeline.contract.events import (
    DriverStatusChanged,
    Envelope,
    FacilityScan,
    Geo,
    ShipmentCreated,
    ShipmentStatusChanged,
    VehicleTelemetry,
    VehicleTelemetryV2,
)
from pipeline.key_ring import KeyRing

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
HOUR_US = 3600 * 1_000_000
KEY = b"0123456789abcdef"
RING = KeyRing.of(KEY)
Process = Callable[..., LocalWarehouse]
"""Runs the pipeline over messages; see the fixture of that name."""


def created(shipment: str = "S1", **changes: Any) -> ShipmentCreated:
    fields = {
        "shipment_id": shipment,
        "origin_facility_id": "MITTE",
        "destination_facility_id": "POTS",
        "service_level": "standard",
        "promised_time": START + 24 * HOUR,
        "weight_kg": 1.5,
        "recipient_name": "Ada Lovelace",
        "recipient_phone": "+49 30 1234567",
        "recipient_email": "ada@example.org",
    }
    return ShipmentCreated(**(fields | changes))


def status(shipment: str = "S1", status: Any = "in_transit", **changes: Any) -> ShipmentStatusChanged:
    fields = {"facility_id": "MITTE", "geo": Geo(52.52, 13.4), "carrier_code": "NORD"}
    return ShipmentStatusChanged(shipment, status, **(fields | changes))


def scan(shipment: str = "S1", facility: str = "MITTE") -> FacilityScan:
    return FacilityScan(shipment, facility, "arrival", "scanner-1")


def driver(**changes: Any) -> DriverStatusChanged:
    return DriverStatusChanged(
        "D1", "on_shift", "MITTE", "Grace Hopper", "+49 30 7654321", "grace@example.org", **changes
    )


def telemetry(vehicle: str = "V1", driver: str = "D1", **changes: Any) -> VehicleTelemetry:
    fields = {"speed_kmh": 30.0, "harsh_brakes": 0, "odometer_km": 100.0, "fuel_pct": 50.0}
    return VehicleTelemetry(vehicle, driver, **(fields | changes))


_TYPE = {
    ShipmentCreated: "shipment.created",
    ShipmentStatusChanged: "shipment.status.changed",
    FacilityScan: "facility.scan",
    DriverStatusChanged: "driver.status.changed",
    VehicleTelemetry: "vehicle.telemetry",
    VehicleTelemetryV2: "vehicle.telemetry",
}


def event(payload: msgspec.Struct, event_id: str = "e1", at: datetime = START, **changes: Any) -> bytes:
    """The canonical bytes of one event."""
    fields: dict[str, Any] = {
        "event_type": _TYPE[type(payload)],
        "event_version": 1,
        "event_time": at,
        "producer_time": at,
        "source": "driver_app",
        "payload": msgspec.Raw(msgspec.json.encode(payload)),
        "tenant_id": "acme",
    }
    return msgspec.json.encode(Envelope(event_id, **(fields | changes)))


def appended(values: Sequence[bytes], ingest_time: datetime = START + MINUTE, **attributes: str) -> pa.RecordBatch:
    """Messages for a log, each arriving a microsecond after the one before."""
    return pa.RecordBatch.from_pylist(
        [
            {
                "key": f"k{n}",
                "attributes": list(({"tenant_id": "acme"} | attributes).items()),
                "value": value,
                "ingest_time": ingest_time + timedelta(microseconds=n),
            }
            for n, value in enumerate(values)
        ],
        schema=APPENDED,
    )


def messages(values: Sequence[bytes], ingest_time: datetime = START + MINUTE, **attributes: str) -> pa.RecordBatch:
    """Messages as read from partition 0 of a log."""
    rows = appended(values, ingest_time, **attributes)
    place = [pa.array([0] * len(values), pa.int32()), pa.array(range(len(values)), pa.int64())]
    return pa.RecordBatch.from_arrays([*place, *rows.columns], schema=MESSAGE)


def reference() -> dict[str, pa.Table]:
    """Two facilities, the first renamed at START plus an hour; one carrier; no lane."""
    from pipeline.contract.tables import DIM_CARRIER, DIM_FACILITY, DIM_LANE

    always = datetime(2000, 1, 1, tzinfo=UTC)
    place = {"kind": "depot", "timezone": "Europe/Berlin", "lat": 52.5, "lon": 13.4, "docks": 3}
    facilities = [
        {"facility_id": "MITTE", "name": "Old name", **place, "valid_from": always, "valid_to": START + HOUR},
        {"facility_id": "MITTE", "name": "New name", **place, "valid_from": START + HOUR, "valid_to": None},
        {"facility_id": "POTS", "name": "Potsdam", **place, "valid_from": always, "valid_to": None},
    ]
    carriers = [{"carrier_code": "NORD", "name": "Nordlinie", "valid_from": always, "valid_to": None}]
    return {
        "dim_facility": pa.Table.from_pylist(facilities, DIM_FACILITY.schema),
        "dim_carrier": pa.Table.from_pylist(carriers, DIM_CARRIER.schema),
        "dim_lane": DIM_LANE.schema.empty_table(),
    }
