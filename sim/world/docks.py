"""Docks: a truck that arrives waits for one and for open gates, and is unloaded parcel by parcel."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import simpy

from sim.world.calendar import OpeningCalendar
from sim.world.floor import Floor
from sim.world.forecast import DOCKING_US
from sim.world.journal import ARRIVAL, Journal
from sim.world.parcels import Parcel

Steps = Generator[simpy.Event, object, None]
"""What SimPy runs: a process, or a part of one."""


@dataclass
class Docks:
    """One facility's docks, each with its scanner."""

    env: simpy.Environment
    facility: int
    calendar: OpeningCalendar
    floor: Floor
    first_scanner: int
    scanners: int
    journal: Journal
    unloaded: Callable[[], None] = lambda: None
    """Called when cargo has come in."""
    free: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.turns = simpy.Resource(self.env, capacity=self.scanners)
        self.free.extend(reversed(range(self.scanners)))

    def scanner(self, number: int) -> int:
        """A scanner of this facility, numbered over all facilities."""
        return self.first_scanner + number % self.scanners

    def unload(self, cargo: list[Parcel]) -> Generator[simpy.Event, object, tuple[int, int]]:
        """Bring in a truck's cargo; when it docked, and when the last parcel was in."""
        with self.turns.request() as turn:
            yield turn
            dock = self.free.pop()
            docked_us = self.calendar.next_open(int(self.env.now))
            done_us = self.scan_in(cargo, self.calendar.after_work(docked_us, DOCKING_US), dock)
            yield self.env.timeout(done_us - self.env.now)
            self.free.append(dock)
        self.unloaded()
        return docked_us, done_us

    def scan_in(self, cargo: list[Parcel], at: int, scanner: int) -> int:
        """Read the labels one after the other while the facility is open, beginning now; when the last is read.

        A facility that closes meanwhile goes on when it opens again.
        """
        rows, facility, number = self.journal, self.facility, self.scanner(scanner)
        each = self.calendar.after_each(at, [parcel.scan_us() for parcel in cargo])
        for parcel, moment in zip(cargo, each, strict=True):
            parcel.scan(rows, moment, facility, ARRIVAL, number)
            parcel.since_us = at = moment
            self.floor.receive(moment, parcel)
        return at
