"""A scenario: everything a run depends on, beside the seed that it also holds. Every default lives here.

``scenario_file.py`` reads one from YAML; the rest of the project takes only the part that it needs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sim.faults import Fault
from sim.units import ClockTime, Duration, OpeningHours, Rate, Share

Id = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$", description="up to 32 letters, digits, _ and -, as in BER-2"),
]
Count = Annotated[int, Meta(ge=1)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a scenario: immutable, and strict about its keys."""


class Rename(_Part, frozen=True):
    """A new name from a moment of the run on: the reference data gets one more row."""

    after: Duration
    name: str


class Facility(_Part, frozen=True):
    """A place where parcels change hands."""

    id: Id
    name: str
    kind: Literal["hub", "depot"]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    timezone: str = "UTC"
    docks: Count = 4
    open: OpeningHours = OpeningHours(ClockTime(0), ClockTime(86_400))
    renamed: tuple[Rename, ...] = ()


class Carrier(_Part, frozen=True):
    """A company that runs lanes."""

    code: Id
    name: str
    renamed: tuple[Rename, ...] = ()


class Lane(_Part, frozen=True):
    """A scheduled linehaul between two facilities, in both directions."""

    between: tuple[Id, Id]
    carrier: Id
    travel_time: Duration
    headway: Duration = Duration(3600 * 1_000_000)
    vehicle_capacity: Count = 400


class Network(_Part, frozen=True):
    """Facilities and the lanes between them. Every depot has a lane to a hub; hubs reach each other."""

    facilities: Annotated[tuple[Facility, ...], Meta(min_length=2)]
    carriers: Annotated[tuple[Carrier, ...], Meta(min_length=1)]
    lanes: Annotated[tuple[Lane, ...], Meta(min_length=1)]


class Tenant(_Part, frozen=True):
    """A shipper that uses the platform; ``weight`` is its part of the demand beside the others'."""

    id: Id
    weight: Annotated[float, Meta(gt=0)] = 1.0
    express: Share = Share(0.2)


class Demand(_Part, frozen=True):
    """Shipments created: a Poisson process from the start of the run until ``until``."""

    rate: Rate
    until: Duration
    promise_standard: Duration = Duration(24 * 3600 * 1_000_000)
    promise_express: Duration = Duration(8 * 3600 * 1_000_000)


class Fleet(_Part, frozen=True):
    """Drivers and vans of the last mile; each depot has as many."""

    drivers_per_depot: Count = 4
    vans_per_depot: Count = 4
    shift_starts: Annotated[tuple[ClockTime, ...], Meta(min_length=1)] = (ClockTime(7 * 3600), ClockTime(13 * 3600))
    shift_length: Duration = Duration(8 * 3600 * 1_000_000)
    stops_per_round: Count = 20
    stop_time: Duration = Duration(180 * 1_000_000)
    leg_time: Duration = Duration(420 * 1_000_000)
    failed_attempt: Share = Share(0.08)
    max_attempts: Count = 3
    location_interval: Duration = Duration(60 * 1_000_000)
    telemetry_interval: Duration = Duration(60 * 1_000_000)


class Platform(_Part, frozen=True):
    """How the platform under test is set up."""

    log_partitions: Annotated[int, Meta(ge=1, le=256)] = 4
    allowed_lateness: Duration = Duration(24 * 3600 * 1_000_000)
    future_tolerance: Duration = Duration(5 * 60 * 1_000_000)


class Scenario(_Part, frozen=True, kw_only=True):
    """One scenario, as read and checked."""

    name: Id
    description: str = ""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 1
    start: Annotated[datetime, Meta(tz=True)]
    duration: Duration
    network: Network
    tenants: Annotated[tuple[Tenant, ...], Meta(min_length=1)] = (Tenant(id="acme"),)
    demand: Demand
    fleet: Fleet = Fleet()
    platform: Platform = Platform()
    faults: tuple[Fault, ...] = ()
