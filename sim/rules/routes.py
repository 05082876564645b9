"""Rules for lanes: from and to what is there, and a way from each depot to every other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.errors import unknown
from sim.rules.place import Broken, Path, dotted
from sim.scenario import Lane, Network

_PASSED = ("hub", "cross_dock")


def broken_lanes(network: Network, top: Path) -> Iterator[Broken]:
    """Lanes from or to nowhere or a locker, lanes of nobody, lanes and departures that are there twice."""
    carriers = [carrier.code for carrier in network.carriers]
    kinds = {facility.id: facility.kind for facility in network.facilities}
    first: dict[frozenset[str], int] = {}
    for i, lane in enumerate(network.lanes):
        path: Path = (*top, "lanes", i)
        yield from _ends(lane, path, kinds)
        yield from _departures(lane, path)
        if lane.carrier not in carriers:
            yield (*path, "carrier"), unknown("carrier", lane.carrier, carriers)
        ends = frozenset(lane.between)
        if len(ends) == 1:
            yield (*path, "between"), f"found '{lane.between[0]}' at both ends, want two facilities"
        elif ends in first:
            yield (*path, "between"), f"the lane is there twice, first at {dotted((*top, 'lanes', first[ends]))}"
        first.setdefault(ends, i)


def _ends(lane: Lane, path: Path, kinds: Mapping[str, str]) -> Iterator[Broken]:
    for end, name in enumerate(lane.between):
        if name not in kinds:
            yield (*path, "between", end), unknown("facility", name, kinds)
        elif kinds[name] == "locker":
            yield (
                (*path, "between", end),
                f"'{name}' is a locker, which its depot fills; want a facility that trucks go to",
            )


def _departures(lane: Lane, path: Path) -> Iterator[Broken]:
    """Midnight is one time, 24:00 or 00:00."""
    for name, times in (("departs", lane.departs), ("departs_back", lane.departs_back)):
        clocks = [time.s % 86_400 for time in times]
        for i, clock in enumerate(clocks):
            if (first := clocks.index(clock)) < i:
                same = f"the same as {dotted((*path, name, first))}, want each time once"
                yield (*path, name, i), f"found '{times[i]}', {same}"


def broken_routes(network: Network, top: Path) -> Iterator[Broken]:
    """Parcels go from their depot to a hub or cross-dock, over others of these, and to theirs: never through one."""
    kinds = {facility.id: facility.kind for facility in network.facilities}
    neighbours: dict[str, set[str]] = {name: set() for name in kinds}
    for one, other in (lane.between for lane in network.lanes):
        neighbours[one].add(other)
        neighbours[other].add(one)
    in_order = [name for name, kind in kinds.items() if kind in _PASSED]
    passed, first = set(in_order), in_order[0]
    reached = _reached(first, {name: neighbours[name] & passed for name in passed})
    for i, facility in enumerate(network.facilities):
        name, kind, path = facility.id, facility.kind, (*top, "facilities", i)
        if kind == "depot" and not neighbours[name] & passed:
            yield path, f"depot '{name}' has no lane to a hub or cross-dock; these are: {', '.join(in_order)}"
        if kind in _PASSED and name not in reached:
            yield path, f"{kind} '{name}' has no route over hubs and cross-docks to {kinds[first]} '{first}'"


def _reached(first: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    reached, ahead = {first}, {first}
    while ahead:
        ahead = set().union(*(neighbours[name] for name in ahead)) - reached
        reached |= ahead
    return reached
