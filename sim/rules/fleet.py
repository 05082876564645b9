"""Rules for the fleet: a driver gets to at least one stop before the law, or an empty tank, stops the van."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from sim.rules.place import Broken
from sim.scenario import Facility, Fleet
from sim.units import US_PER_S, Distance, Duration
from sim.world.doors import DETOUR, radius_km
from sim.world.places import great_circle_km


def broken_fleet(fleet: Fleet, facilities: Sequence[Facility]) -> Iterator[Broken]:
    """Driving times within which nothing can be delivered, and places out of range."""
    path = ("fleet", "break_after")
    found = f"found '{fleet.break_after.written}'"
    if fleet.break_after.us > fleet.driving_max.us:
        yield path, f"{found}, want at most driving_max, {fleet.driving_max.written}"
    stop = Duration(ceil((fleet.leg_time.us + fleet.stop_time.average()) / US_PER_S) * US_PER_S)
    if fleet.break_after.us < stop.us:
        yield path, f"{found}, want at least the time of one stop with the way to it, {stop}"
    yield from _out_of_range(fleet, facilities)


def _out_of_range(fleet: Fleet, facilities: Sequence[Facility]) -> Iterator[Broken]:
    """Doors and lockers that no van can reach and come back from would be tried for ever."""
    reach_m = ceil(2 * 1000 * DETOUR * radius_km(fleet))
    found = f"found '{fleet.range.written}', want at least"
    if fleet.range.m < reach_m:
        yield ("fleet", "range"), f"{found} the way to the farthest door and back, {_whole_km(reach_m)}"
    places = {facility.id: facility for facility in facilities}
    for locker in facilities:
        depot = places.get(locker.depot or "")
        if depot:
            way_m = 2 * 1000 * DETOUR * great_circle_km(depot.lat, depot.lon, locker.lat, locker.lon)
            if fleet.range.m < way_m:
                wanted = f"the way from '{depot.id}' to its locker '{locker.id}' and back, {_whole_km(way_m)}"
                yield ("fleet", "range"), f"{found} {wanted}"


def _whole_km(metres: float) -> Distance:
    return Distance(ceil(metres / 1000) * 1000)
