"""The network as numbers: facilities and directed lanes by index, their calendars, and the way between any two depots.

Everything that moves in the world reads its map from the ``Network`` made here; ids return only in the facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from sim import scenario
from sim.scenario_parts.network import Mode
from sim.units import ClockTime
from sim.world.calendar import OpeningCalendar
from sim.world.disruptions import closures


@dataclass(frozen=True)
class DirectedLane:
    """One direction of a lane; facilities and carrier as indices."""

    id: str
    origin: int
    destination: int
    carrier: int
    travel_us: int
    headway_us: int
    capacity: int
    mode: Mode = "road"
    ends: tuple[str, str] = ("", "")
    """The facilities' ids, as a disruption names them."""
    departs: tuple[ClockTime, ...] = ()
    """On the clock of the origin; without any, a departure each headway."""


@dataclass(frozen=True)
class Network:
    """The map. ``routes[origin, destination]`` lists lanes by index, in order of travel."""

    facilities: tuple[scenario.Facility, ...]
    carriers: tuple[scenario.Carrier, ...]
    lanes: tuple[DirectedLane, ...]
    depots: tuple[int, ...]
    home_carriers: tuple[int, ...]
    """The carrier of each facility's first lane."""
    calendars: tuple[OpeningCalendar, ...]
    """When facilities are open, and not shut by a disruption."""
    hours: tuple[OpeningCalendar, ...]
    """When they should be: all that anybody can know beforehand."""
    routes: dict[tuple[int, int], tuple[int, ...]]


def _directed(parts: scenario.Network) -> Iterator[DirectedLane]:
    facility = {f.id: k for k, f in enumerate(parts.facilities)}
    carrier = {c.code: k for k, c in enumerate(parts.carriers)}
    for lane in parts.lanes:
        back = lane.between[::-1], lane.departs_back or lane.departs
        for (origin, destination), departs in ((lane.between, lane.departs), back):
            yield DirectedLane(
                f"{origin}-{destination}",
                facility[origin],
                facility[destination],
                carrier[lane.carrier],
                lane.travel_time.us,
                lane.headway.us,
                lane.vehicle_capacity,
                lane.mode,
                (origin, destination),
                departs,
            )


def shortest_ways(
    origin: int, lanes: tuple[DirectedLane, ...], ends_only: frozenset[int] = frozenset()
) -> dict[int, tuple[int, ...]]:
    """The lanes to each facility within reach, shortest by travel time; of two equal ways, the first by lane ids.

    No way leads through one of ``ends_only``.
    """
    leaving: dict[int, list[int]] = {}
    for k, lane in enumerate(lanes):
        leaving.setdefault(lane.origin, []).append(k)
    ways: dict[int, tuple[int, ...]] = {}
    frontier: list[tuple[int, tuple[str, ...], tuple[int, ...], int]] = [(0, (), (), origin)]
    while frontier:
        travel_us, ids, way, here = heappop(frontier)
        if here in ways:
            continue
        ways[here] = way
        if here in ends_only and here != origin:
            continue
        for k in leaving.get(here, ()):
            lane = lanes[k]
            heappush(frontier, (travel_us + lane.travel_us, (*ids, lane.id), (*way, k), lane.destination))
    return ways


def build_network(whole: scenario.Scenario) -> Network:
    """Number the facilities, carriers and lanes of a scenario, and find all ways between depots."""
    parts = whole.network
    lanes = tuple(_directed(parts))
    depots = tuple(k for k, f in enumerate(parts.facilities) if f.kind == "depot")
    ends_only = frozenset(k for k, f in enumerate(parts.facilities) if f.kind in ("depot", "locker"))
    ways = {origin: shortest_ways(origin, lanes, ends_only) for origin in depots}
    hours = tuple(OpeningCalendar.of_facility(f, whole.start, whole.duration.us) for f in parts.facilities)
    return Network(
        parts.facilities,
        parts.carriers,
        lanes,
        depots,
        tuple(next((lane.carrier for lane in lanes if lane.origin == k), 0) for k in range(len(parts.facilities))),
        tuple(calendar.without(closures(whole, f)) for f, calendar in zip(parts.facilities, hours, strict=True)),
        hours,
        {(a, b): ways[a][b] for a in depots for b in depots if b in ways[a]},
    )
