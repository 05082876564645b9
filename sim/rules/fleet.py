"""Rules for the fleet: a driver gets to at least one stop before the law, or an empty tank, stops the van."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from sim.rules.place import Broken
from sim.scenario import Fleet
from sim.units import US_PER_S, Duration


def broken_fleet(fleet: Fleet) -> Iterator[Broken]:
    """Driving times within which nothing can be delivered."""
    path = ("fleet", "break_after")
    found = f"found '{fleet.break_after.written}'"
    if fleet.break_after.us > fleet.driving_max.us:
        yield path, f"{found}, want at most driving_max, {fleet.driving_max.written}"
    stop = Duration(ceil((fleet.leg_time.us + fleet.stop_time.average()) / US_PER_S) * US_PER_S)
    if fleet.break_after.us < stop.us:
        yield path, f"{found}, want at least the time of one stop with the way to it, {stop}"
