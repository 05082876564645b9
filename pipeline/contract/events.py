"""The event types: the only definition of what goes over the wire.

Each payload is a msgspec struct, which gives decoding, validation and JSON Schema. Everything
else (Arrow columns, truth tables, documentation) is derived from it by ``columns.py``.
A field that holds personal data is marked with its kind of PII on the type. The structs can't form cycles, so the
garbage collector need not look at them (``gc=False``), which halves the time to decode a batch.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Identifier = Annotated[str, Meta(min_length=1, max_length=64)]
Timestamp = Annotated[datetime, Meta(tz=True)]
Name = Annotated[str, Meta(max_length=200, extra={"pii": "name"})]
Phone = Annotated[str, Meta(max_length=64, extra={"pii": "phone"})]
Email = Annotated[str, Meta(max_length=254, extra={"pii": "email"})]
Percent = Annotated[float, Meta(ge=0, le=100)]
Speed = Annotated[float, Meta(ge=0, le=300)]

ShipmentStatus = Literal["created", "picked_up", "in_transit", "out_for_delivery", "delivered", "exception"]
ExceptionReason = Literal["nobody_home", "address_not_found", "refused", "damaged", "returned", "locker_full"]


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What every event carries, whatever its type. All times are UTC."""

    event_id: Identifier
    event_type: Identifier
    event_version: Annotated[int, Meta(ge=1, le=1000)]
    event_time: Timestamp
    producer_time: Timestamp
    source: Identifier
    payload: msgspec.Raw
    trace_id: Identifier | None = None
    tenant_id: Identifier | None = None


class Geo(msgspec.Struct, frozen=True, gc=False):
    """A place on Earth, in degrees (WGS 84)."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]


class ShipmentCreated(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A tenant booked a parcel from one facility's area to another's."""

    shipment_id: Identifier
    origin_facility_id: Identifier
    destination_facility_id: Identifier
    service_level: Literal["standard", "express"]
    promised_time: Timestamp
    weight_kg: Annotated[float, Meta(gt=0, le=1000)]
    recipient_name: Name
    recipient_phone: Phone
    recipient_email: Email


class ShipmentStatusChanged(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A parcel moved on in its life."""

    shipment_id: Identifier
    status: ShipmentStatus
    facility_id: Identifier
    geo: Geo
    carrier_code: Identifier
    eta: Timestamp | None = None
    reason: ExceptionReason | None = None
    attempt: Annotated[int, Meta(ge=1, le=100)] | None = None


class ShipmentEtaUpdated(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The time at which a parcel is expected at the door was published or changed."""

    shipment_id: Identifier
    eta: Timestamp
    previous_eta: Timestamp | None = None


class FacilityScan(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A hand scanner or sorter read a parcel's label."""

    shipment_id: Identifier
    facility_id: Identifier
    scan_type: Literal["arrival", "departure"]
    scanner_id: Identifier


class FacilityCapacityChanged(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A facility opened or closed docks."""

    facility_id: Identifier
    docks_open: Annotated[int, Meta(ge=0, le=10_000)]
    reason: Literal["opening", "closing", "closure", "staffing"]


class DriverStatusChanged(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A driver began or ended a shift, a drive or a break, or stands still with a broken vehicle."""

    driver_id: Identifier
    status: Literal["on_shift", "driving", "at_depot", "off_shift", "on_break", "breakdown"]
    facility_id: Identifier
    driver_name: Name
    driver_phone: Phone
    driver_email: Email
    vehicle_id: Identifier | None = None


class DriverLocation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a driver's phone is."""

    driver_id: Identifier
    vehicle_id: Identifier
    geo: Geo


class VehicleTelemetry(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a vehicle's gateway measured since its last reading."""

    vehicle_id: Identifier
    driver_id: Identifier
    speed_kmh: Speed
    harsh_brakes: Annotated[int, Meta(ge=0, le=1000)]
    odometer_km: Annotated[float, Meta(ge=0)]
    fuel_pct: Percent


class VehicleTelemetryV2(VehicleTelemetry, frozen=True, omit_defaults=True, gc=False):
    """Version 2 adds the state of the battery that starts the engine, and how cold the cargo of a chilled van is."""

    battery_pct: Percent | None = None
    temperature_c: Annotated[float, Meta(ge=-60, le=80)] | None = None


EVENT_TYPES: dict[str, dict[int, type[msgspec.Struct]]] = {
    "shipment.created": {1: ShipmentCreated},
    "shipment.status.changed": {1: ShipmentStatusChanged},
    "shipment.eta.updated": {1: ShipmentEtaUpdated},
    "facility.scan": {1: FacilityScan},
    "facility.capacity.changed": {1: FacilityCapacityChanged},
    "driver.status.changed": {1: DriverStatusChanged},
    "driver.location": {1: DriverLocation},
    "vehicle.telemetry": {1: VehicleTelemetry, 2: VehicleTelemetryV2},
}
"""Payload by event type and version."""

STATUS_CHANGED = "shipment.status.changed"
FACILITY_SCAN = "facility.scan"
