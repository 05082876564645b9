"""What is told of a run's world, as numbers: ``describe.json``. Nothing in it depends on where or when it was run.

Each of the smaller types is a row of the SELECT named beside it, in the order of its columns. Times are UTC; ``p50``,
``p90`` and ``p99`` are quantiles; a unit stands at the end of a name.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class Row(msgspec.Struct, frozen=True):
    """A row of an answer."""


class EventCount(Row, frozen=True):
    """``events.sql``."""

    event_type: str
    events: int


class MessageCount(Row, frozen=True):
    """``messages.sql``."""

    event_type: str
    source: str
    messages: int


class Day(Row, frozen=True):
    """``days.sql``."""

    day: str
    events: int
    messages: int


class Shipments(Row, frozen=True):
    """``outcomes.sql``."""

    booked: int
    delivered: int
    returned: int
    open: int
    failed_attempts: int


class Dwell(Row, frozen=True):
    """``dwell.sql``."""

    facility_id: str
    parcels: int
    p50_min: float
    p90_min: float
    p99_min: float


class Transit(Row, frozen=True):
    """``transit.sql``."""

    lane_id: str
    origin_facility_id: str
    destination_facility_id: str
    trips: int
    parcels: int
    p50_min: float
    p90_min: float
    p99_min: float
    left_late_p90_min: float


class DockWait(Row, frozen=True):
    """``docks.sql``."""

    facility_id: str
    trucks: int
    p50_min: float
    p90_min: float
    p99_min: float
    waiting_max: int
    waiting_max_time: str | None


class Standing(Row, frozen=True):
    """``standing.sql``."""

    facility_id: str
    parcels_max: int
    parcels_max_time: str
    parcels_at_end: int


class OnTime(Row, frozen=True):
    """``on_time.sql``."""

    part: str
    """``all``, ``day`` or ``service``."""
    name: str
    delivered: int
    on_time: int
    overdue: int
    on_time_rate: float | None


class Drivers(Row, frozen=True):
    """``drivers.sql``."""

    drivers: int
    rounds: int
    stops: int
    driven_km: int
    driving_h: float
    driving_a_day_p50_h: float | None
    driving_a_day_max_h: float | None
    shifts: int
    breaks: int
    breakdowns: int
    broken_down_h: float


class Etas(Row, frozen=True):
    """``etas.sql``."""

    shipments: int
    moved: int
    updates: int
    updates_max: int
    delivered: int
    first_error_p50_min: float | None
    first_off_p50_min: float | None
    first_off_p90_min: float | None
    last_error_p50_min: float | None
    last_off_p50_min: float | None
    last_off_p90_min: float | None


class Phase(Row, frozen=True):
    """``disrupted.sql``, without the number of the disruption."""

    phase: str
    """``before``, ``during`` or ``after``."""
    stays: int
    dwell_p50_min: float | None
    dwell_p90_min: float | None
    trucks: int
    dock_wait_p90_min: float | None
    delivered: int
    on_time_rate: float | None


class Disrupted(Row, frozen=True):
    """One disruption of the scenario."""

    kind: str
    about: str
    """The facility, lane, region or tenant that it is about, or ``all``."""
    begins: str
    ends: str
    phases: tuple[Phase, ...]


class Cause(Row, frozen=True):
    """``causes.sql``, without the fault."""

    cause: str
    firings: int


class Fired(Row, frozen=True):
    """``firings.sql``, with the classes of causes that most firings have."""

    fault_id: str
    kind: str
    firings: int
    dropped: int
    with_root_cause: int
    held_max_s: float | None
    causes: tuple[Cause, ...]


class FateCount(Row, frozen=True):
    """``fates.sql``."""

    fate: str
    messages: int


class Lateness(Row, frozen=True):
    """``lateness.sql``."""

    source: str
    messages: int
    min_s: float
    p50_s: float
    p90_s: float
    p99_s: float
    max_s: float


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    scenario: str
    seed: int
    start: str
    duration: str
    events: tuple[EventCount, ...]
    messages: tuple[MessageCount, ...]
    days: tuple[Day, ...]
    shipments: Shipments
    dwell: tuple[Dwell, ...]
    transit: tuple[Transit, ...]
    docks: tuple[DockWait, ...]
    on_time: tuple[OnTime, ...]
    standing: tuple[Standing, ...]
    drivers: Drivers
    etas: Etas
    disruptions: tuple[Disrupted, ...]
    faults: tuple[Fired, ...]
    fates: tuple[FateCount, ...]
    lateness: tuple[Lateness, ...]

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)) + b"\n")

    @classmethod
    def read(cls, path: Path) -> Description:
        """Read what ``write`` wrote."""
        return msgspec.json.decode(path.read_bytes(), type=cls)
