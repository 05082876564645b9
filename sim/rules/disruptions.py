"""Rules for disruptions: they hit what is there, while somebody looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.errors import unknown
from sim.rules.place import Broken
from sim.rules.stretches import broken_stretches
from sim.scenario import Disruption, Network, Scenario
from sim.scenario_parts.disruptions import (
    CustomsHold,
    DemandSurge,
    FacilityClosed,
    LaneBlocked,
    SorterSlowdown,
    Storm,
    Strike,
    VehicleRecall,
)

_ANY = ("cross_dock", "depot", "hub", "locker")


def broken_disruptions(scenario: Scenario) -> Iterator[Broken]:
    """Disruptions of what the scenario does not have, or at no time of the run."""
    duration = scenario.duration
    yield from broken_stretches(scenario.disruptions, ("disruptions",), duration, "the scenario's duration")
    for i, one in enumerate(scenario.disruptions):
        for path, message in _aimed(one, scenario):
            yield ("disruptions", i, *path), message


def _aimed(one: Disruption, scenario: Scenario) -> Iterator[Broken]:
    network = scenario.network
    match one:
        case FacilityClosed():
            yield from _facility(one.facility, network, _ANY)
        case SorterSlowdown():
            yield from _facility(one.facility, network, ("depot", "hub"))
        case Strike():
            yield from _facility(one.facility, network, ("depot",))
        case VehicleRecall(facility=str(facility)):
            yield from _facility(facility, network, ("depot",))
        case LaneBlocked() | CustomsHold():
            yield from _lane(one.between, network)
        case Storm():
            regions = [facility.region for facility in network.facilities]
            if one.region not in regions:
                yield ("region",), unknown("region", one.region, regions)
        case DemandSurge():
            yield from _surge(one, scenario)


def _surge(surge: DemandSurge, scenario: Scenario) -> Iterator[Broken]:
    tenants = [each.id for each in scenario.tenants]
    if surge.tenant is not None and surge.tenant not in tenants:
        yield ("tenant",), unknown("tenant", surge.tenant, tenants)
    until = scenario.demand.until
    if until.us <= surge.after.us < scenario.duration.us:
        found = f"found '{surge.after.written}', want less than the demand's until, {until.written}"
        yield ("after",), f"{found}, since nobody books after it"


def _facility(name: str, network: Network, kinds: Sequence[str]) -> Iterator[Broken]:
    by_name = {facility.id: facility.kind for facility in network.facilities}
    if name not in by_name:
        yield ("facility",), unknown("facility", name, [each for each, kind in by_name.items() if kind in kinds])
    elif by_name[name] not in kinds:
        yield ("facility",), f"'{name}' is a {by_name[name]}, want a {' or '.join(kinds)}"


def _lane(between: tuple[str, str], network: Network) -> Iterator[Broken]:
    names = [facility.id for facility in network.facilities]
    missing = [(end, name) for end, name in enumerate(between) if name not in names]
    for end, name in missing:
        yield ("between", end), unknown("facility", name, names)
    if not missing and set(between) not in [set(lane.between) for lane in network.lanes]:
        ends = [set(lane.between) - {between[0]} for lane in network.lanes if between[0] in lane.between]
        others = ", ".join(sorted(name for end in ends for name in end)) or "nowhere"
        yield (
            ("between",),
            f"there is no lane between '{between[0]}' and '{between[1]}'; from '{between[0]}' they go to: {others}",
        )
