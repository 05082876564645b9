"""Timetables of lanes, and the luck of each departure: how long it takes, and for how long customs hold it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.rng import Randomness
from sim.units import US_PER_S
from sim.world.disruptions import Hold
from sim.world.network import DirectedLane, Network

_BLOCK = 256
_SPREAD = 0.15


@dataclass(frozen=True)
class Timetable:
    """A lane's departures: the first, and the time from one to the next."""

    first_us: int
    headway_us: int

    def slot_from(self, now: int) -> int:
        """The number of the first departure at or after ``now``."""
        return max(0, -((self.first_us - now) // self.headway_us))

    def departs_us(self, slot: int) -> int:
        """When a departure is due."""
        return self.first_us + slot * self.headway_us


def draw_timetables(network: Network, rng: Randomness) -> list[Timetable]:
    """One for each lane; first departures are spread over the headway."""
    firsts = rng.uniform("lane/first", np.arange(len(network.lanes)))
    return [
        Timetable(int(luck * lane.headway_us), lane.headway_us)
        for luck, lane in zip(firsts.tolist(), network.lanes, strict=True)
    ]


class Departures:
    """The luck of one lane, drawn for a block of departures at a time."""

    def __init__(self, lane: DirectedLane, holds: list[Hold], rng: Randomness) -> None:
        self._lane, self._holds, self._rng = lane, holds, rng
        self._block = -1
        self._travel: list[float] = []
        self._hold_us: list[list[float]] = []

    def _at(self, slot: int) -> int:
        block, row = divmod(slot, _BLOCK)
        if block != self._block:
            slots = np.arange(block * _BLOCK, (block + 1) * _BLOCK)
            luck = self._rng.uniform(f"lane/travel/{self._lane.id}", slots)
            self._travel = (1 + _SPREAD * (2 * luck - 1)).tolist()
            purpose = f"lane/hold/{self._lane.id}"
            self._hold_us = [each.hold.sample(self._rng, purpose, slots).tolist() for each in self._holds]
            self._block = block
        return row

    def travel_us(self, slot: int, slowness: float) -> int:
        """How long a departure takes, 15 % more or less than usual on roads as slow as these."""
        row = self._at(slot)
        return max(int(self._lane.travel_us * slowness * self._travel[row]), US_PER_S)

    def hold_us(self, slot: int, arrived_us: int) -> int:
        """How long customs hold what arrives now."""
        row = self._at(slot)
        held = (
            int(draws[row])
            for each, draws in zip(self._holds, self._hold_us, strict=True)
            if each.stretch[0] <= arrived_us < each.stretch[1]
        )
        return sum(held)
