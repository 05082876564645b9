"""Depots: who of the idle drivers is called, which van is at hand, and what goes along."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import cast

import simpy

from sim.world.calendar import NEVER_US
from sim.world.docks import Docks, Steps
from sim.world.forecast import Forecast
from sim.world.journal import Journal
from sim.world.parcels import Parcel
from sim.world.surroundings import Surroundings
from sim.world.trips import Driver
from sim.world.vans import Van


@dataclass
class Depot:
    """One depot's people, vans and waiting parcels."""

    env: simpy.Environment
    facility: int
    docks: Docks
    around: Surroundings
    forecast: Forecast
    journal: Journal
    fleet_vans: list[Van]
    reach_m: int
    """What a van must be able to drive before it is filled up again."""
    idle: deque[tuple[Driver, simpy.Event]] = field(default_factory=deque)
    """Drivers who wait to be called, each with the event that calls them."""
    preparing: int = 0
    """Drivers who were called and have not left yet."""

    def __post_init__(self) -> None:
        self.floor, self.calendar = self.docks.floor, self.docks.calendar
        self.carrier = self.forecast.network.home_carriers[self.facility]
        self.fleet = self.around.fleet
        self.vans = simpy.FilterStore(self.env)
        self.vans.items.extend(self.fleet_vans)
        self._cools = any(van.chilled for van in self.fleet_vans)
        self._bell = self.env.event()
        self.docks.unloaded = self.ring

    def start(self) -> None:
        """Begin to call drivers, and to keep recalled vans in."""
        self.env.process(self._dispatch())
        for van in self.fleet_vans:
            if van.recalls:
                self.env.process(self._recall(van))

    def ring(self) -> None:
        """Something has changed: look again at who can be called."""
        if not self._bell.triggered:
            self._bell.succeed()

    def _dispatch(self) -> Steps:
        while True:
            again_us = self._call(int(self.env.now))
            self._bell = self.env.event()
            if again_us < NEVER_US:
                yield self._bell | self.env.timeout(again_us - self.env.now)
            else:
                yield self._bell

    def _call(self, now: int) -> int:
        """Call as many drivers as there is work for; when to look again even if the bell doesn't ring."""
        next_us = self.settle(now)
        if self.idle:
            self._sign_off(now, self.idle[0][0].number)
        while self.idle and self._waiting() > self.preparing * self.fleet.stops_per_round:
            self.idle.popleft()[1].succeed()
            self.preparing += 1
        return next_us if self.idle and not self.preparing else NEVER_US

    def settle(self, now: int) -> int:
        """Let parcels come into line; when the next will."""
        floor = self.floor
        floor.settle(now)
        return min(line.settle(now) for line in (floor.deliveries, floor.chilled, floor.pickups, floor.returned))

    def _sign_off(self, now: int, driver: int) -> None:
        for parcel in self.floor.returned.take(len(self.floor.returned)):
            parcel.come_back(self.journal, now, self.carrier, driver)

    def _waiting(self) -> int:
        cold = len(self.floor.chilled)
        if cold and self._cools and not self._cool_van_in():
            cold = 0
        return len(self.floor.deliveries) + len(self.floor.pickups) + cold

    def _cool_van_in(self) -> bool:
        return any(van.chilled for van in self.vans.items)

    def van(self, patience_us: int) -> Generator[simpy.Event, object, Van | None]:
        """Wait for a van, a chilled one for chilled parcels; none if it takes too long."""
        cold = bool(self.floor.chilled) and self._cools and self._cool_van_in()
        request = self.vans.get(lambda van: van.chilled or not cold)
        yield request | self.env.timeout(patience_us)
        if request.triggered:
            return cast(Van, request.value)
        request.cancel()
        return None

    def take(self, van: Van, stops: int) -> tuple[list[Parcel], list[Parcel]]:
        """Deliveries and pick-ups for a round, of both as large a part as waits."""
        floor = self.floor
        cold = floor.chilled.take(stops) if van.chilled or not self._cools else []
        stops -= len(cold)
        out, all_waiting = len(floor.deliveries), len(floor.deliveries) + len(floor.pickups)
        deliveries = floor.deliveries.take(-(-stops * out // all_waiting)) if out else []
        return cold + deliveries, floor.pickups.take(stops - len(deliveries))

    def park(self, van: Van) -> Steps:
        """A van is back: fill it up if the next round might run it out, keep it in while it is recalled."""
        if van.since_full_m + self.reach_m > self.fleet.range.m:
            yield self.env.timeout(self.fleet.fill_up_time.us)
            van.since_full_m = 0
        while (until := van.recalled_until(int(self.env.now))) > self.env.now:
            yield self.env.timeout(until - self.env.now)
        self.vans.put(van)
        self.ring()

    def _recall(self, van: Van) -> Steps:
        for begin, _ in van.recalls:
            yield self.env.timeout(max(begin - self.env.now, 0))
            if van in self.vans.items:
                self.vans.items.remove(van)
                yield from self.park(van)
