"""How slow the roads are: rush hours by the wall clock of where a way begins, weather by region, storms.

Everything is constant over short stretches of time, which are remembered: who drives at the same hour asks the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from math import prod
from zoneinfo import ZoneInfo

import numpy as np

from sim.rng import Randomness
from sim.scenario import Facility, Scenario
from sim.scenario_parts.network import Mode, RushHour, Weather
from sim.units import US_PER_S
from sim.world.calendar import NEVER_US, WEEKDAYS
from sim.world.disruptions import storms

_STRETCH_US = 6 * 3600 * US_PER_S
"""For how long the weather stays as it is."""
_QUARTER_US = 900 * US_PER_S
"""Clocks change at whole quarters of an hour, and so do the offsets of all time zones."""
_CELLS_MAX = 512
Span = tuple[float, int]
"""A factor, and until when it is that."""


@dataclass
class Skies:
    """The luck of the weather: of each kind, region and stretch of six hours a number from 0 to 1."""

    rng: Randomness
    kinds: tuple[Weather, ...]
    _drawn: dict[tuple[int, int, int], float] = field(default_factory=dict)

    def luck(self, kind: int, region: int, stretch: int) -> float:
        """Below the share of the kind, it is that weather."""
        key = kind, region, stretch
        if key not in self._drawn:
            if len(self._drawn) > _CELLS_MAX:
                self._drawn.clear()
            purpose = f"weather/{self.kinds[kind].kind}"
            self._drawn[key] = float(self.rng.uniform(purpose, np.array([region << 32 | stretch]))[0])
        return self._drawn[key]


def _rush(hours: tuple[RushHour, ...], facility: Facility, scenario: Scenario, at: int) -> Span:
    """The product of this moment's rush hours, looked at afresh each local quarter: no clock change is missed."""
    local = (scenario.start + timedelta(microseconds=at)).astimezone(ZoneInfo(facility.timezone))
    clock_us = ((local.hour * 60 + local.minute) * 60 + local.second) * US_PER_S + local.microsecond
    factor, until = 1.0, at + _QUARTER_US - clock_us % _QUARTER_US
    for rush in hours:
        if WEEKDAYS[local.weekday()] in rush.on:
            begins, ends = rush.hours.opens.s * US_PER_S, rush.hours.closes.s * US_PER_S
            factor *= rush.factor if begins <= clock_us < ends else 1.0
            until = min([until, *(at + edge - clock_us for edge in (begins, ends) if edge > clock_us)])
    return factor, until


def _weather(skies: Skies, kinds: tuple[Weather, ...], region: int, mode: Mode, at: int) -> Span:
    stretch = at // _STRETCH_US
    factor = prod(
        weather.factor
        for k, weather in enumerate(kinds)
        if mode in weather.modes and skies.luck(k, region, stretch) < weather.share.of_one
    )
    return factor, (stretch + 1) * _STRETCH_US


def _storm(over: list[tuple[tuple[int, int], float]], at: int) -> Span:
    factor, until = 1.0, NEVER_US
    for (begin, end), times in over:
        factor *= times if begin <= at < end else 1.0
        until = min([until, *(edge for edge in (begin, end) if edge > at)])
    return factor, until


@dataclass
class Slowness:
    """How many times as long as on a clear road ways from one place by one mode take."""

    parts: list[Callable[[int], Span]]
    _cells: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    """Of each quarter of an hour that was asked for: until when which factor."""

    def at(self, moment: int) -> float:
        """The factor of a way that begins at this moment, in microseconds since the start."""
        if not self.parts:
            return 1.0
        cell = moment // _QUARTER_US
        spans = self._cells.get(cell) or self._fill(cell)
        until, factor = spans[0]
        return factor if moment < until else next(later for until, later in spans if moment < until)

    def _fill(self, cell: int) -> list[tuple[int, float]]:
        if len(self._cells) > _CELLS_MAX:
            self._cells.clear()
        spans: list[tuple[int, float]] = []
        at, end = cell * _QUARTER_US, (cell + 1) * _QUARTER_US
        while at < end:
            now = [part(at) for part in self.parts]
            at = min(end, *(until for _, until in now))
            spans.append((at, prod(factor for factor, _ in now)))
        self._cells[cell] = spans
        return spans


@dataclass
class Travel:
    """The roads, rails, seas and skies of a scenario."""

    scenario: Scenario
    rng: Randomness
    _made: dict[tuple[int, Mode, bool], Slowness] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._weather = Skies(self.rng, self.scenario.network.weather)

    def slowness(self, facility: int, mode: Mode) -> Slowness:
        """Of ways that begin at a facility, as they are."""
        return self._known(facility, mode, foreseen=False)

    def usual(self, facility: int, mode: Mode) -> Slowness:
        """The same as a timetable knows it: rush hours, and no weather."""
        return self._known(facility, mode, foreseen=True)

    def _known(self, facility: int, mode: Mode, foreseen: bool) -> Slowness:
        key = facility, mode, foreseen
        if key not in self._made:
            parts = [*self._rush_hours(facility, mode), *(() if foreseen else self._skies(facility, mode))]
            self._made[key] = Slowness(parts)
        return self._made[key]

    def _rush_hours(self, facility: int, mode: Mode) -> list[Callable[[int], Span]]:
        network = self.scenario.network
        if mode != "road" or not network.rush_hours:
            return []
        return [lambda at: _rush(network.rush_hours, network.facilities[facility], self.scenario, at)]

    def _skies(self, facility: int, mode: Mode) -> list[Callable[[int], Span]]:
        network, region = self.scenario.network, self.scenario.network.facilities[facility].region
        number = list(dict.fromkeys(f.region for f in network.facilities)).index(region)
        over = storms(self.scenario, region)
        parts: list[Callable[[int], Span]] = []
        if network.weather:
            parts.append(lambda at: _weather(self._weather, network.weather, number, mode, at))
        return [*parts, lambda at: _storm(over, at)] if over else parts
