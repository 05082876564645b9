"""Rules for times and amounts: none that would make the world stand still, run for ever or fill the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from sim.rules.place import Broken, Path, repeated
from sim.scenario import Scenario
from sim.units import Duration, Rate, Share

_STARTS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_LONGEST = Duration.parse("366 d")
_SHORTEST = {
    "duration": Duration.parse("1 min"),
    "headway": Duration.parse("1 min"),
    "leg_time": Duration.parse("1 s"),
    "location_interval": Duration.parse("1 s"),
    "shift_length": Duration.parse("1 min"),
    "stop_time": Duration.parse("1 s"),
    "telemetry_interval": Duration.parse("1 s"),
    "travel_time": Duration.parse("1 s"),
    "until": Duration.parse("1 s"),
}
_SHIPMENTS_MAX = 10_000_000


def broken_limits(scenario: Scenario) -> Iterator[Broken]:
    """Quantities out of bounds, a start that time zones don't cover, too much demand, tenants of one name."""
    yield from _quantities(scenario, ())
    if not _STARTS[0] <= scenario.start < _STARTS[1]:
        yield ("start",), f"found {scenario.start.date()}, want a day from 2000-01-01 to 2099-12-31"
    yield from _demand(scenario)
    yield from repeated(("tenants",), "id", [tenant.id for tenant in scenario.tenants])


def _quantities(part: object, path: Path) -> Iterator[Broken]:
    if isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _quantities(getattr(part, name), (*path, name))
    elif isinstance(part, tuple):
        for i, entry in enumerate(part):
            yield from _quantities(entry, (*path, i))
    elif isinstance(part, Duration):
        least = _SHORTEST.get(str(path[-1]), Duration(0))
        if not least.us <= part.us <= _LONGEST.us:
            yield path, f"found '{part.written}', want a duration from {least} to {_LONGEST}"
    elif isinstance(part, Rate) and part.per_hour <= 0:
        yield path, f"found '{part.written}', want a rate above 0/h"
    elif isinstance(part, Share) and path[-1] == "share" and part.of_one <= 0:
        yield path, f"found '{part.written}', want a share above 0%, since this fault would never fire"


def _demand(scenario: Scenario) -> Iterator[Broken]:
    demand = scenario.demand
    if demand.until.us > scenario.duration.us:
        yield (
            ("demand", "until"),
            f"found '{demand.until.written}', want at most the scenario's duration, {scenario.duration.written}",
        )
    shipments = demand.rate.per_hour * demand.until.s / 3600
    if shipments > _SHIPMENTS_MAX:
        yield (
            ("demand", "rate"),
            f"found {shipments:.0f} shipments in {demand.until.written}, want at most {_SHIPMENTS_MAX}",
        )
