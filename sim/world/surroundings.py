"""The surroundings of a depot: places where vans stand, and how far and how long it is from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from sim.scenario import Fleet
from sim.world.doors import DETOUR, KM_PER_DEGREE
from sim.world.luck import SHORTEST_US
from sim.world.parcels import Spot
from sim.world.travel import Slowness

_US_PER_M = 45_000
"""No leg is faster than 80 km/h on average."""
_M_PER_DEGREE = KM_PER_DEGREE * DETOUR * 1000


class Place(NamedTuple):
    """Where a van can stand: a place of the journal, and if it is a door, whose."""

    place: int
    shipment: int
    spot: Spot


@dataclass
class Surroundings:
    """What all trips from a depot share."""

    fleet: Fleet
    depot: Place
    slowness: Slowness
    east: float
    """How much shorter a degree of longitude is here than one of latitude."""

    def __post_init__(self) -> None:
        self.mean_leg_us, self._longest_us = self.fleet.leg_time.us, self.fleet.break_after.us

    def metres(self, start: Spot, end: Spot) -> int:
        """By road."""
        return int(hypot(end[0] - start[0], (end[1] - start[1]) * self.east) * _M_PER_DEGREE)

    def leg_us(self, luck: float, metres: int, at: int) -> int:
        """How long a way takes that begins now: as its luck and the roads have it, and no longer than one may drive."""
        usual = int(self.mean_leg_us * luck * self.slowness.at(at))
        return min(max(usual, metres * _US_PER_M, SHORTEST_US), self._longest_us)
