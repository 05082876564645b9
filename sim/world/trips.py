"""One driver's way with one van: from place to place, with breaks, breakdowns, and back before the hours run out.

A trip keeps a clock of its own, which runs ahead of the world's while nobody else can notice.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.world.journal import AT_DEPOT, BREAKDOWN, DRIVING, NONE, ON_BREAK, DutyRow, Journal, LegRow
from sim.world.luck import SHORTEST_US
from sim.world.surroundings import Place, Surroundings
from sim.world.vans import Van


@dataclass(eq=False)
class Driver:
    """One driver, and what the rules on driving hours ask about."""

    number: int
    driven_us: int = 0
    """At the wheel in this shift."""
    since_break_us: int = 0
    """At the wheel since the last break."""


class Trip:
    """A round under way."""

    def __init__(self, driver: Driver, van: Van, around: Surroundings, departed_us: int) -> None:
        self.driver, self.van = driver, van
        self._around, self._fleet = around, around.fleet
        self.now = self.departed_us = departed_us
        self._here = around.depot
        self._home_luck = 1.0
        self.notes = Journal()
        """What its driver reports, until it is over."""
        self._duty(departed_us, DRIVING)

    def _duty(self, at: int, duty: int) -> None:
        self.notes.duties.append(DutyRow(at, self.driver.number, duty, self.van.number))

    def _leg(self, there: Place, takes_us: int, metres: int) -> None:
        start, van, here = self.now, self.van, self._here
        self.now += takes_us
        van.road_us += takes_us
        ends = here.place, here.shipment, there.place, there.shipment
        row = LegRow(start, self.now, self.departed_us, self.driver.number, van.number, *ends, *self._meters(), metres)
        self.notes.legs.append(row)

    def _meters(self) -> tuple[int, int]:
        return self.van.odometer_m, self.van.since_full_m

    def _stand(self, duty: int, takes_us: int) -> None:
        """A break or a breakdown where the van is; the engine is started a second before the van rolls.

        Who rests before leaving has not driven yet.
        """
        if self.now == self.departed_us:
            self.notes.duties.clear()
        self._duty(self.now, duty)
        road_us = self.van.road_us
        self._leg(self._here, takes_us + 2 * SHORTEST_US, 0)
        self.van.road_us = road_us
        self._duty(self.now - SHORTEST_US, DRIVING)

    def _prepare(self, luck: float, metres: int) -> int:
        """See to what must be seen to before a leg; how long this leg then takes.

        A van that would break down on a leg does so before it, and one that would at its depot at the next stop.
        """
        driver, longest_us = self.driver, self._fleet.break_after.us
        takes_us = self._around.leg_us(luck, metres, self.now)
        if driver.since_break_us + takes_us > longest_us:
            self._stand(ON_BREAK, self._fleet.break_length.us)
            driver.since_break_us = 0
        elif self.van.road_us + takes_us >= self.van.breaks_us and self._here is not self._around.depot:
            self._stand(BREAKDOWN, self.van.break_down())
        else:
            return takes_us
        return min(self._around.leg_us(luck, metres, self.now), longest_us - driver.since_break_us)

    def _drive(self, there: Place, takes_us: int, metres: int) -> None:
        self._leg(there, takes_us, metres)
        self.van.odometer_m += metres
        self.van.since_full_m += metres
        self.driver.driven_us += takes_us
        self.driver.since_break_us += takes_us
        self._here = there

    def visit(self, there: Place, luck: tuple[float, float], stop_us: int, latest_us: int) -> bool:
        """Drive to a place and stop there; or don't, if it would get too late, too far or too much for one day.

        ``luck`` is that of the way there and of the way back from it.
        """
        if there.place >= 0 and there.place == self._here.place:
            self._leg(there, stop_us, 0)
            return True
        metres = self._around.metres(self._here.spot, there.spot)
        takes_us = self._prepare(luck[0], metres)
        if not self._may(there, luck[1], takes_us, metres, stop_us, latest_us):
            return False
        self._drive(there, takes_us, metres)
        self._home_luck = luck[1]
        self._leg(there, stop_us, 0)
        return True

    def _may(self, there: Place, back: float, takes_us: int, metres: int, stop_us: int, latest_us: int) -> bool:
        home_m = self._around.metres(there.spot, self._around.depot.spot)
        home_us = self._around.leg_us(back, home_m, self.now + takes_us + stop_us)
        if self.driver.driven_us + takes_us + home_us > self._fleet.driving_max.us:
            return False
        if self.van.since_full_m + metres + home_m > self._fleet.range.m:
            return False
        if self._here is self._around.depot:
            return True  # its planner saw to the rest
        expected_us = 2 * int(self._around.mean_leg_us * self._around.slowness.at(self.now)) + stop_us
        return self.now + expected_us <= latest_us

    def come_home(self) -> None:
        """Drive back to the depot, within the hours that are left."""
        metres = self._around.metres(self._here.spot, self._around.depot.spot)
        takes_us = self._prepare(self._home_luck, metres)
        left_us = self._fleet.driving_max.us - self.driver.driven_us
        self._drive(self._around.depot, max(min(takes_us, left_us), SHORTEST_US), metres)
        duty = DutyRow(self.now, self.driver.number, AT_DEPOT, NONE)
        self.notes.duties.append(duty)
