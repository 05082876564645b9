"""Vans: what they have driven, when they break down, and when they stay in."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.rng import Randomness
from sim.scenario import Fleet
from sim.world.calendar import NEVER_US
from sim.world.disruptions import Stretch

_BLOCK = 16
_NUMBER_BITS = 32


@dataclass(eq=False)
class Van:
    """One van. Its breakdowns are drawn by their number, some at a time."""

    number: int
    chilled: bool
    recalls: list[Stretch]
    fleet: Fleet
    rng: Randomness
    odometer_m: int = 0
    """Driven in this run."""
    since_full_m: int = 0
    """Driven since its tank or battery was full."""
    road_us: int = 0
    """Time on the road in this run."""
    breaks_us: int = NEVER_US
    """The time on the road after which it breaks down next."""
    _breakdowns: int = 0
    _gaps_us: list[float] = field(default_factory=list)
    _repairs_us: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.fleet.breakdown_every:
            self.breaks_us = 0
            self._next_breakdown()

    def _next_breakdown(self) -> None:
        row = self._breakdowns % _BLOCK
        if not row:
            self._draw()
        self.breaks_us = self.road_us + int(self._gaps_us[row])

    def _draw(self) -> None:
        entity = self.number << _NUMBER_BITS | np.arange(self._breakdowns, self._breakdowns + _BLOCK)
        every = self.fleet.breakdown_every
        assert every is not None
        self._gaps_us = self.rng.exponential("vehicle/breakdown", entity, every.us).tolist()
        self._repairs_us = self.fleet.repair_time.sample(self.rng, "vehicle/repair", entity).tolist()

    def break_down(self) -> int:
        """It stands still: how long the repair takes."""
        repair_us = int(self._repairs_us[self._breakdowns % _BLOCK])
        self._breakdowns += 1
        self._next_breakdown()
        return repair_us

    def recalled_until(self, now: int) -> int:
        """When it may go out again; ``now``, if at once."""
        for begin, end in self.recalls:
            if begin <= now < end:
                now = end
        return now
