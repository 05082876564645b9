"""Between facilities: scheduled departures that take what waits, first come first served, express before standard."""

from __future__ import annotations

from dataclasses import dataclass

import simpy

from sim.world.calendar import NEVER_US
from sim.world.disruptions import Stretch, unblocked
from sim.world.docks import Docks, Steps
from sim.world.forecast import Forecast
from sim.world.journal import DEPARTURE, NONE, HaulRow, Journal
from sim.world.luck import SCAN_US_MAX
from sim.world.parcels import Parcel
from sim.world.timetable import Departures
from sim.world.travel import Slowness


@dataclass
class Lane:
    """Runs one lane, and the trucks on it."""

    env: simpy.Environment
    number: int
    origin: Docks
    destination: Docks
    departures: Departures
    blocks: list[Stretch]
    slowness: Slowness
    forecast: Forecast
    journal: Journal

    def __post_init__(self) -> None:
        self._way = self.forecast.network.lanes[self.number]
        self._timetable = self.forecast.timetables[self.number]
        self._line = self.origin.floor.lanes[self.number]

    def serve(self) -> Steps:
        """Let a truck go at each due moment at which something may wait."""
        next_slot = 0
        while True:
            if not self._line.expected:
                yield self._line.wanted()
            slot = max(next_slot, self._timetable.slot_from(int(self.env.now)))
            due_us = self._timetable.departs_us(slot)
            leaves_us = self._free_from(due_us)
            if leaves_us >= NEVER_US:
                return
            yield self.env.timeout(leaves_us - self.env.now)
            yield from self._depart(slot, due_us)
            next_slot = slot + 1

    def _free_from(self, at: int) -> int:
        """The first moment from ``at`` on at which the gate is open and the lane not blocked."""
        while (later := unblocked(self.blocks, self.origin.calendar.next_open(at))) != at:
            at = later
        return at

    def _depart(self, slot: int, due_us: int) -> Steps:
        now = int(self.env.now)
        self.origin.floor.settle(now)
        self._line.settle(now)
        loadable = (self.origin.calendar.closes_after(now) - now) // SCAN_US_MAX
        cargo = self._line.take(min(self._way.capacity, loadable))
        if cargo:
            left_us = self._load(cargo, now)
            self._leave(cargo, left_us)
            self.env.process(self._haul(slot, due_us, left_us, cargo))
            yield self.env.timeout(left_us - now)

    def _load(self, cargo: list[Parcel], now: int) -> int:
        rows, facility, scanner = self.journal, self._way.origin, self.origin.scanner(self.number)
        for parcel in cargo:
            now += parcel.scan_us()
            parcel.scan(rows, now, facility, DEPARTURE, scanner)
        return now

    def _leave(self, cargo: list[Parcel], left_us: int) -> None:
        """Tell so; parcels of one truck that have the same way before them are expected at the same time."""
        rows, way = self.journal, self._way
        expected: dict[tuple[int, ...], int] = {}
        for parcel in cargo:
            if parcel.homeward:
                eta_us = NONE
            else:
                ahead = parcel.route[parcel.hop :]
                if ahead not in expected:
                    expected[ahead] = self.forecast.from_departure(ahead, 0, parcel.destination, left_us)
                eta_us = parcel.publish(rows, left_us, expected[ahead])
            parcel.depart(rows, left_us, way.origin, way.carrier, eta_us)
        for parcel in (cargo[0], cargo[-1]):
            self.forecast.see_departure(self.number, parcel.since_us, left_us)

    def _haul(self, slot: int, due_us: int, left_us: int, cargo: list[Parcel]) -> Steps:
        arrived_us = left_us + self.departures.travel_us(slot, self.slowness.at(left_us))
        ready_us = arrived_us + self.departures.hold_us(slot, arrived_us)
        yield self.env.timeout(ready_us - self.env.now)
        docked_us, unloaded_us = yield from self.destination.unload(cargo)
        times = due_us, left_us, arrived_us, docked_us, unloaded_us
        self.journal.hauls.append(HaulRow(self.number, slot, *times, len(cargo)))
