"""Rules for the network: names that exist, and a way for each parcel."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sim.errors import unknown
from sim.rules.place import Broken, Path, repeated
from sim.scenario import Network, Rename


def broken_network(network: Network) -> Iterator[Broken]:
    """Repeated ids, unknown time zones, lanes from or to nowhere, facilities that no parcel can reach."""
    yield from repeated(("network", "facilities"), "id", [facility.id for facility in network.facilities])
    yield from repeated(("network", "carriers"), "code", [carrier.code for carrier in network.carriers])
    yield from _renames("facilities", [facility.renamed for facility in network.facilities])
    yield from _renames("carriers", [carrier.renamed for carrier in network.carriers])
    zones = zoneinfo.available_timezones()
    for i, facility in enumerate(network.facilities):
        if facility.timezone not in zones:
            yield ("network", "facilities", i, "timezone"), unknown("time zone", facility.timezone, zones)
    broken_lanes = list(_lanes(network))
    yield from broken_lanes
    kinds = {facility.id: facility.kind for facility in network.facilities}
    for kind in ("depot", "hub"):
        if kind not in kinds.values():
            yield ("network", "facilities"), f"found no {kind}, want at least one facility of kind: {kind}"
    if "hub" in kinds.values() and not broken_lanes:
        yield from _routes(network, kinds)


def _renames(part: str, each: Sequence[Sequence[Rename]]) -> Iterator[Broken]:
    for i, renames in enumerate(each):
        for k, (one, next_one) in enumerate(pairwise(renames), 1):
            if one.after.us >= next_one.after.us:
                wanted = (
                    f"found '{next_one.after.written}', want more than that of the rename before, {one.after.written}"
                )
                yield ("network", part, i, "renamed", k, "after"), wanted


def _lanes(network: Network) -> Iterator[Broken]:
    facilities = [facility.id for facility in network.facilities]
    carriers = [carrier.code for carrier in network.carriers]
    first: dict[frozenset[str], int] = {}
    for i, lane in enumerate(network.lanes):
        path: Path = ("network", "lanes", i)
        for end, name in enumerate(lane.between):
            if name not in facilities:
                yield (*path, "between", end), unknown("facility", name, facilities)
        if lane.carrier not in carriers:
            yield (*path, "carrier"), unknown("carrier", lane.carrier, carriers)
        ends = frozenset(lane.between)
        if len(ends) == 1:
            yield (*path, "between"), f"found '{lane.between[0]}' at both ends, want two facilities"
        elif ends in first:
            yield (*path, "between"), f"the lane is there twice, first at network.lanes.{first[ends]}"
        first.setdefault(ends, i)


def _routes(network: Network, kinds: Mapping[str, str]) -> Iterator[Broken]:
    """Parcels go from their depot to a hub, perhaps to another hub, and from a hub to their depot."""
    neighbours: dict[str, set[str]] = {name: set() for name in kinds}
    for one, other in (lane.between for lane in network.lanes):
        neighbours[one].add(other)
        neighbours[other].add(one)
    in_order = [name for name, kind in kinds.items() if kind == "hub"]
    hubs, first = set(in_order), in_order[0]
    reached = _reached(first, {hub: neighbours[hub] & hubs for hub in hubs})
    for i, facility in enumerate(network.facilities):
        path: Path = ("network", "facilities", i)
        if facility.kind == "depot" and not neighbours[facility.id] & hubs:
            yield path, f"depot '{facility.id}' has no lane to a hub; the hubs are: {', '.join(in_order)}"
        if facility.kind == "hub" and facility.id not in reached:
            yield path, f"hub '{facility.id}' has no route over hubs to hub '{first}'"


def _reached(first: str, neighbours: Mapping[str, set[str]]) -> set[str]:
    reached, ahead = {first}, {first}
    while ahead:
        ahead = set().union(*(neighbours[name] for name in ahead)) - reached
        reached |= ahead
    return reached
