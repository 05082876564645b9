"""Rules for the network: names that exist and are used once, places that open, lockers that somebody fills."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sim.errors import unknown
from sim.rules.place import Broken, Path, repeated
from sim.rules.routes import broken_lanes, broken_routes
from sim.rules.time_zones import broken_time_zone
from sim.scenario import Facility, Network, Rename


def broken_network(network: Network, top: Path) -> Iterator[Broken]:
    """What is wrong with facilities, carriers, lanes and dead zones; ``top`` is the network's own place."""
    for name, key in (("facilities", "id"), ("carriers", "code"), ("dead_zones", "name")):
        yield from repeated((*top, name), key, [getattr(one, key) for one in getattr(network, name)])
    yield from _renames((*top, "facilities"), [facility.renamed for facility in network.facilities])
    yield from _renames((*top, "carriers"), [carrier.renamed for carrier in network.carriers])
    yield from _facilities(network, top)
    for i, zone in enumerate(network.dead_zones):
        if not zone.name:
            yield (*top, "dead_zones", i, "name"), "found an empty text, want a name"
    broken = list(broken_lanes(network, top))
    yield from broken
    kinds = {facility.kind for facility in network.facilities}
    for kind in ("depot", "hub"):
        if kind not in kinds:
            yield (*top, "facilities"), f"found no {kind}, want at least one facility of kind: {kind}"
    if "hub" in kinds and not broken:
        yield from broken_routes(network, top)


def _facilities(network: Network, top: Path) -> Iterator[Broken]:
    kinds = {facility.id: facility.kind for facility in network.facilities}
    for i, facility in enumerate(network.facilities):
        path: Path = (*top, "facilities", i)
        yield from broken_time_zone(facility.timezone, (*path, "timezone"))
        if len(set(facility.closed_on)) == 7:
            yield (*path, "closed_on"), "found every day of the week, want at most six"
        for below, message in _depot_of(facility, kinds):
            yield (*path, *below), message


def _depot_of(facility: Facility, kinds: Mapping[str, str]) -> Iterator[Broken]:
    depots = [name for name, kind in kinds.items() if kind == "depot"]
    if facility.kind != "locker":
        if facility.depot is not None:
            yield (
                ("depot",),
                f"found '{facility.depot}', want no such key: '{facility.id}' is a {facility.kind}, not a locker",
            )
    elif facility.depot is None:
        yield (), f"locker '{facility.id}' has no key 'depot', which says who fills it; one of: {', '.join(depots)}"
    elif facility.depot in kinds and facility.depot not in depots:
        yield ("depot",), f"'{facility.depot}' is a {kinds[facility.depot]}, want a depot; one of: {', '.join(depots)}"
    elif facility.depot not in depots:
        yield ("depot",), unknown("depot", facility.depot, depots)


def _renames(path: Path, each: Sequence[Sequence[Rename]]) -> Iterator[Broken]:
    for i, renames in enumerate(each):
        for k, (one, next_one) in enumerate(pairwise(renames), 1):
            if one.after.us >= next_one.after.us:
                wanted = (
                    f"found '{next_one.after.written}', want more than that of the rename before, {one.after.written}"
                )
                yield (*path, i, "renamed", k, "after"), wanted
