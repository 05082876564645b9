"""Between facilities: scheduled departures that take what waits, first come first served, and docks that unload it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import simpy

from sim.arrays import I64
from sim.rng import Randomness
from sim.units import US_PER_S
from sim.world.forecast import DOCKING_US
from sim.world.network import Network
from sim.world.parcels import Parcels
from sim.world.shipments import SCAN_US_MAX, around
from sim.world.waiting import Floor, Steps


@dataclass(frozen=True)
class Timetable:
    """A lane's departures: the first, the time from one to the next, and how long the way takes each of them."""

    first_us: int
    headway_us: int
    travel_us: I64

    def slot_from(self, now: int) -> int:
        """The number of the first departure at or after ``now``."""
        return max(0, -((self.first_us - now) // self.headway_us))

    def departs_us(self, slot: int) -> int:
        """When a departure is due."""
        return self.first_us + slot * self.headway_us


def draw_timetables(network: Network, duration_us: int, rng: Randomness) -> list[Timetable]:
    """One for each lane. First departures are spread over the headway, travel times by 15 % to either side."""
    firsts = rng.uniform("lane/first", np.arange(len(network.lanes)))
    tables = []
    for k, lane in enumerate(network.lanes):
        slots = np.arange(duration_us // lane.headway_us + 2)
        travel = around(lane.travel_us, rng.uniform(f"lane/travel/{lane.id}", slots), 0.15)
        tables.append(Timetable(int(firsts[k] * lane.headway_us), lane.headway_us, np.maximum(travel, US_PER_S)))
    return tables


@dataclass(frozen=True)
class Linehaul:
    """Runs all lanes of a network, and the docks they end at."""

    env: simpy.Environment
    network: Network
    timetables: list[Timetable]
    docks: list[simpy.Resource]
    floor: Floor
    parcels: Parcels

    def start(self) -> None:
        """Open all lanes."""
        for k in range(len(self.network.lanes)):
            self.env.process(self._serve(k))

    def _serve(self, k: int) -> Steps:
        calendar = self.network.calendars[self.network.lanes[k].origin]
        timetable, next_slot = self.timetables[k], 0
        while True:
            yield self.floor.lanes[k].filled()
            slot = max(next_slot, timetable.slot_from(int(self.env.now)))
            yield self.env.timeout(calendar.next_open(timetable.departs_us(slot)) - self.env.now)
            yield from self._depart(k, slot)
            next_slot = slot + 1

    def _depart(self, k: int, slot: int) -> Steps:
        lane, leaves = self.network.lanes[k], int(self.env.now)
        loadable = (self.network.calendars[lane.origin].closes_after(leaves) - leaves) // SCAN_US_MAX
        cargo = self.floor.lanes[k].take(min(lane.capacity, loadable))
        if not cargo:
            return
        for shipment in cargo:
            leaves += self.parcels.scan_us(shipment)
            self.parcels.scan_out(leaves, shipment, lane.origin)
        yield self.env.timeout(leaves - self.env.now)
        for shipment in cargo:
            self.parcels.depart(leaves, shipment, k)
        self.env.process(self._haul(k, int(self.timetables[k].travel_us[slot]), cargo))

    def _haul(self, k: int, travel_us: int, cargo: list[int]) -> Steps:
        facility = self.network.lanes[k].destination
        calendar = self.network.calendars[facility]
        yield self.env.timeout(travel_us)
        with self.docks[facility].request() as dock:
            yield dock
            yield self.env.timeout(calendar.after_work(int(self.env.now), DOCKING_US) - self.env.now)
            for shipment in cargo:
                done = calendar.after_work(int(self.env.now), self.parcels.scan_us(shipment))
                yield self.env.timeout(done - self.env.now)
                self.parcels.scan_in(done, shipment, facility)
                self.floor.sort(shipment)
