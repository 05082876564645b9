"""Timetables of lanes, and the luck of each departure: how long it takes, and for how long customs hold it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.rng import Randomness
from sim.scenario import Scenario
from sim.units import US_PER_S
from sim.world.calendar import DAY_US, daily_moments
from sim.world.cast import Cast
from sim.world.disruptions import Hold
from sim.world.network import DirectedLane

_BLOCK = 256
_SPREAD = 0.15


class Timetable(Protocol):
    """A lane's departures, numbered from the start of the run: a departure's luck hangs on its number."""

    def slot_from(self, now: int) -> int:
        """The number of the first departure at or after ``now``."""

    def departs_us(self, slot: int) -> int:
        """When a departure is due."""


@dataclass(frozen=True)
class EachHeadway:
    """The first departure, and the time from one to the next."""

    first_us: int
    headway_us: int

    def slot_from(self, now: int) -> int:
        """The number of the first departure at or after ``now``."""
        return max(0, -((self.first_us - now) // self.headway_us))

    def departs_us(self, slot: int) -> int:
        """When a departure is due."""
        return self.first_us + slot * self.headway_us


@dataclass(frozen=True)
class AtClockTimes:
    """Departures at the same times of each local day; after the last known day, at those of that day."""

    moments_us: list[int]
    """Rising, from the start of the run on, to the end of a local day."""
    a_day: int

    @classmethod
    def of(cls, lane: DirectedLane, timezone: str, scenario: Scenario) -> AtClockTimes:
        """Those of one direction of a lane with ``departs``, on the clock of a time zone."""
        days = (daily_moments(scenario.start, scenario.duration.us, timezone, clock.s) for clock in lane.departs)
        return cls(sorted(at for moments in days for at in moments if at >= 0), len(lane.departs))

    def slot_from(self, now: int) -> int:
        """The number of the first departure at or after ``now``."""
        days = _beyond(now - self.moments_us[-1], DAY_US)
        last_day = len(self.moments_us) - self.a_day if days else 0
        return bisect_left(self.moments_us, now - days * DAY_US, last_day) + days * self.a_day

    def departs_us(self, slot: int) -> int:
        """When a departure is due."""
        days = _beyond(slot + 1 - len(self.moments_us), self.a_day)
        return self.moments_us[slot - days * self.a_day] + days * DAY_US


def _beyond(over: int, each: int) -> int:
    """How many more of a size cover what is over."""
    return max(0, -(-over // each))


def draw_timetables(cast: Cast) -> list[Timetable]:
    """One for each lane. Without clock times, first departures are spread over the headway."""
    lanes, facilities = cast.network.lanes, cast.network.facilities
    firsts = cast.rng.uniform("lane/first", np.arange(len(lanes)))
    return [
        AtClockTimes.of(lane, facilities[lane.origin].timezone, cast.scenario)
        if lane.departs
        else EachHeadway(int(luck * lane.headway_us), lane.headway_us)
        for luck, lane in zip(firsts.tolist(), lanes, strict=True)
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
