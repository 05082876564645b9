"""Gates: when facilities open and close docks, by their hours and by what shuts them against those."""

from __future__ import annotations

import simpy

from sim.world.calendar import NEVER_US, OpeningCalendar
from sim.world.disruptions import Stretch
from sim.world.docks import Steps
from sim.world.journal import CLOSING, CLOSURE, OPENING, CapacityRow, Journal


def gates(
    env: simpy.Environment, facility: int, docks: int, calendar: OpeningCalendar, shut: list[Stretch], journal: Journal
) -> Steps:
    """Tell of each change. Who is open when the run starts, opens then."""
    causes = {begin: CLOSURE for begin, _ in shut}
    while (opens := calendar.next_open(int(env.now))) < NEVER_US:
        yield env.timeout(opens - env.now)
        journal.capacities.append(CapacityRow(opens, facility, docks, OPENING))
        closes = calendar.closes_after(opens)
        yield env.timeout(closes - env.now)
        journal.capacities.append(CapacityRow(closes, facility, 0, causes.get(closes, CLOSING)))
