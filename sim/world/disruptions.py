"""The disruptions of a scenario, as each part of the world asks for them: by facility, lane, depot, in microseconds.

None of them moves anybody's luck: who strikes and which van is recalled are draws of the driver and the van alone, so
that what would have happened anyway still does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.distributions import DurationDistribution
from sim.rng import Randomness
from sim.scenario import Facility, Scenario
from sim.scenario_parts.disruptions import (
    CustomsHold,
    DisruptionBase,
    FacilityClosed,
    LaneBlocked,
    SorterSlowdown,
    Storm,
    Strike,
    VehicleRecall,
)

Stretch = tuple[int, int]
"""From a moment until another."""


def _stretch(disruption: DisruptionBase) -> Stretch:
    return disruption.after.us, disruption.until.us


def closures(scenario: Scenario, facility: Facility) -> list[Stretch]:
    """When a facility is shut against its calendar; apart from each other and rising."""
    found = sorted(
        _stretch(d) for d in scenario.disruptions if isinstance(d, FacilityClosed) and d.facility == facility.id
    )
    joined: list[Stretch] = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        elif begin < end:
            joined.append((begin, end))
    return joined


def blocks(scenario: Scenario, ends: tuple[str, str]) -> list[Stretch]:
    """When nothing leaves on a lane, in either direction; rising."""
    return sorted(
        _stretch(d) for d in scenario.disruptions if isinstance(d, LaneBlocked) and set(d.between) == set(ends)
    )


def unblocked(stretches: list[Stretch], at: int) -> int:
    """The first moment from ``at`` on that lies in none of the rising stretches."""
    for begin, end in stretches:
        if begin <= at < end:
            at = end
    return at


@dataclass(frozen=True)
class Hold:
    """What customs do on a lane for a while."""

    stretch: Stretch
    hold: DurationDistribution


def holds(scenario: Scenario, ends: tuple[str, str]) -> list[Hold]:
    """Customs on a lane, in either direction."""
    return [
        Hold(_stretch(d), d.hold)
        for d in scenario.disruptions
        if isinstance(d, CustomsHold) and set(d.between) == set(ends)
    ]


def storms(scenario: Scenario, region: str) -> list[tuple[Stretch, float]]:
    """Storms over a region, each with its factor."""
    return [(_stretch(d), d.factor) for d in scenario.disruptions if isinstance(d, Storm) and d.region == region]


def sorter_speeds(scenario: Scenario, facility: Facility) -> list[tuple[int, float]]:
    """A sorter's speed, as a share of the usual, from each moment on; of two slow-downs at once the slower counts."""
    slow = [d for d in scenario.disruptions if isinstance(d, SorterSlowdown) and d.facility == facility.id]
    moments = sorted({0, *(moment for d in slow for moment in _stretch(d))})
    return [(at, min([d.speed.of_one for d in slow if d.after.us <= at < d.until.us], default=1.0)) for at in moments]


def strikes(scenario: Scenario, rng: Randomness, facility: Facility, driver: int) -> list[Stretch]:
    """When a driver of a depot begins no shift."""
    luck = float(rng.uniform("driver/strike", np.array([driver]))[0])
    return [
        _stretch(d)
        for d in scenario.disruptions
        if isinstance(d, Strike) and d.facility == facility.id and luck < d.share.of_one
    ]


def recalls(scenario: Scenario, rng: Randomness, facility: Facility, van: int) -> list[Stretch]:
    """When a van of a depot stays in; rising."""
    luck = float(rng.uniform("vehicle/recall", np.array([van]))[0])
    return sorted(
        _stretch(d)
        for d in scenario.disruptions
        if isinstance(d, VehicleRecall) and d.facility in (None, facility.id) and luck < d.share.of_one
    )


def is_within(stretches: list[Stretch], at: int) -> bool:
    """Whether a moment lies in one of them."""
    return any(begin <= at < end for begin, end in stretches)
