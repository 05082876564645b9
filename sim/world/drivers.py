"""A driver's days: shifts, breaks at the depot, and rounds while the hours allow one."""

from __future__ import annotations

from dataclasses import dataclass

from sim.units import US_PER_S
from sim.world.calendar import DAY_US
from sim.world.depots import Depot
from sim.world.disruptions import Stretch, is_within
from sim.world.docks import Steps
from sim.world.forecast import PREPARE_US
from sim.world.journal import AT_DEPOT, NONE, OFF_SHIFT, ON_BREAK, ON_SHIFT, DutyRow
from sim.world.rounds import SLACK_PCT, Rounds
from sim.world.trips import Driver

_LOOK_AGAIN_US = 900 * US_PER_S
_PARTING_US = 60 * US_PER_S
"""From the van to the break room, or home."""


@dataclass
class Workday:
    """One driver at work."""

    driver: Driver
    depot: Depot
    rounds: Rounds
    shifts: list[Stretch]
    strikes: list[Stretch]

    def __post_init__(self) -> None:
        self._env, self._fleet, self._calendar = self.depot.env, self.depot.fleet, self.depot.calendar
        self._hours = self.depot.forecast.network.hours[self.depot.facility]
        self._shortest_us = PREPARE_US + self.depot.forecast.round_us(1) * SLACK_PCT // 100
        """What must be left of a shift, to begin anything."""

    def live(self) -> None:
        """Let the driver work, shift after shift; who is still at work skips the next."""
        self._env.process(self._work())

    def _note(self, duty: int) -> None:
        self.depot.journal.duties.append(DutyRow(int(self._env.now), self.driver.number, duty, NONE))

    def _work(self) -> Steps:
        left = -DAY_US
        for begin, end in self.shifts:
            if begin < self._env.now or is_within(self.strikes, begin):
                continue
            yield self._env.timeout(begin - self._env.now)
            self._note(ON_SHIFT)
            self.driver.driven_us = 0
            if begin - left >= self._fleet.break_length.us:
                self.driver.since_break_us = 0
            yield from self._serve(end)
            yield self._env.timeout(max(end - self._env.now, _PARTING_US))
            self._note(OFF_SHIFT)
            left = int(self._env.now)

    def _serve(self, end: int) -> Steps:
        while (opens := self._calendar.next_open(int(self._env.now))) + self._shortest_us <= end:
            now, latest = int(self._env.now), min(end, self._hours.closes_after(opens))
            if opens > now:
                yield self._env.timeout(opens - now)
            elif now + self._shortest_us > latest:
                yield self._env.timeout(latest - now)
            elif self._is_spent():
                return
            elif not self.rounds.stops(self.driver, latest - PREPARE_US):  # as slow as roads are now
                yield self._env.timeout(min(_LOOK_AGAIN_US, latest - now))
            elif self._break_is_due():
                yield from self._rest()
            else:
                yield from self._wait_and_go(latest, latest - self._shortest_us - now + 1)

    def _is_spent(self) -> bool:
        """Whether not even a short round fits into the driving hours."""
        return self.driver.driven_us + 3 * self._fleet.leg_time.us > self._fleet.driving_max.us

    def _break_is_due(self) -> bool:
        """Whether the next round would run into a break that can as well be taken before it."""
        round_us = self._fleet.stops_per_round * self._fleet.leg_time.us
        before_us, after_us = self.driver.since_break_us, self._fleet.break_after.us
        return 2 * before_us > after_us and before_us + round_us > after_us

    def _rest(self) -> Steps:
        yield self._env.timeout(_PARTING_US)
        self._note(ON_BREAK)
        yield self._env.timeout(self._fleet.break_length.us)
        self.driver.since_break_us = 0
        self._note(AT_DEPOT)

    def _wait_and_go(self, latest_us: int, patience_us: int) -> Steps:
        began, called = int(self._env.now), self._env.event()
        waiting = self.driver, called
        self.depot.idle.append(waiting)
        self.depot.ring()
        yield called | self._env.timeout(patience_us)
        if called.triggered:
            left_us = max(began + patience_us - int(self._env.now), 1)
            yield from self.rounds.go(self.driver, latest_us, left_us)
        else:
            self.depot.idle.remove(waiting)
