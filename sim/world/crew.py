"""Who drives what: drivers with their shifts, and vans, a fixed number at each depot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.rng import Randomness
from sim.scenario import Scenario
from sim.units import US_PER_S
from sim.world.calendar import daily_moments
from sim.world.network import Network

_LATE_US = 300 * US_PER_S
"""Nobody clocks in or out on the second."""


@dataclass(frozen=True)
class Crew:
    """Drivers and vans by index, depot after depot."""

    driver_ids: list[str]
    driver_depots: list[int]
    shifts: list[list[tuple[int, int]]]
    """Of each driver: beginning and end, in microseconds since the start; who is still at work skips the next."""
    vehicle_ids: list[str]
    vehicle_depots: list[int]
    chilled: list[bool]
    """Of each van: whether it has a cold compartment."""


def _shifts(begins: list[int], length_us: int, late_us: list[int]) -> list[tuple[int, int]]:
    shifts = ((max(begin, 0) + late, begin + length_us + late) for begin, late in zip(begins, late_us, strict=True))
    return [(begin, end) for begin, end in shifts if begin < end]


def draw_crew(scenario: Scenario, network: Network, rng: Randomness) -> Crew:
    """Employ drivers and buy vans. Whose shift is on when the run starts, clocks in then."""
    fleet = scenario.fleet
    crew = Crew([], [], [], [], [], [])
    for depot in network.depots:
        facility = network.facilities[depot]
        for n in range(fleet.drivers_per_depot):
            clock = fleet.shift_starts[n % len(fleet.shift_starts)]
            begins = daily_moments(scenario.start, scenario.duration.us, facility.timezone, clock.s)
            driver = f"D-{facility.id}-{n + 1:02}"
            late = rng.uniform(f"driver/late/{driver}", np.arange(len(begins))) * _LATE_US + US_PER_S
            crew.driver_ids.append(driver)
            crew.driver_depots.append(depot)
            crew.shifts.append(_shifts(begins, fleet.shift_length.us, late.astype(np.int64).tolist()))
        cold = rng.uniform(f"vehicle/chilled/{facility.id}", np.arange(fleet.vans_per_depot))
        crew.chilled.extend((cold < fleet.chilled_vans.of_one).tolist())
        for n in range(fleet.vans_per_depot):
            crew.vehicle_ids.append(f"V-{facility.id}-{n + 1:02}")
            crew.vehicle_depots.append(depot)
    return crew
