"""The last mile: a driver takes a van and a round of deliveries and pick-ups, and is back before closing.

A round is gone through at once when it leaves, on a clock of its own; the world waits only where others have a say, at
a locker and when the van is back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.world.demand import Demand
from sim.world.depots import Depot
from sim.world.docks import Steps
from sim.world.forecast import PREPARE_US
from sim.world.journal import DEPARTURE, DOOR, NONE, PICKUP_DOOR
from sim.world.loads import Load, by_locker
from sim.world.lockers import Locker
from sim.world.luck import LOCKER_FULL
from sim.world.parcels import Parcel
from sim.world.surroundings import Place
from sim.world.trips import Driver, Trip
from sim.world.vans import Van

SLACK_PCT = 115
"""A round is planned as if it took this much of its mean time."""


@dataclass
class Rounds:
    """All rounds of one depot."""

    depot: Depot
    lockers: dict[int, tuple[Place, Locker]]
    demand: Demand
    under_way: dict[Trip, int]
    """Of all depots: the trips whose notes nobody has yet, and when they began."""

    def go(self, driver: Driver, latest_us: int, patience_us: int) -> Steps:
        """Go on one round, if a van comes in time and something waits."""
        depot = self.depot
        van = yield from depot.van(patience_us)
        load = None
        if van:
            yield depot.env.timeout(PREPARE_US)
            load = self._load(driver, van, latest_us)
        depot.preparing -= 1
        depot.ring()
        if van and load:
            yield from self._round(driver, van, load)
        if van:
            depot.env.process(depot.park(van))

    def stops(self, driver: Driver, latest_us: int) -> int:
        """How many stops fit before a moment and into the driver's hours, as roads are now."""
        depot, now = self.depot, int(self.depot.env.now)
        leg_us = max(int(depot.fleet.leg_time.us * depot.around.slowness.at(now)), 1)
        stop_us = leg_us + depot.forecast.stop_us - depot.fleet.leg_time.us
        by_clock = ((latest_us - now) * 100 // SLACK_PCT - leg_us) // stop_us
        by_hours = ((depot.fleet.driving_max.us - driver.driven_us) * 100 // SLACK_PCT - leg_us) // leg_us
        return max(0, min(depot.fleet.stops_per_round, by_clock, by_hours))

    def _load(self, driver: Driver, van: Van, latest_us: int) -> Load | None:
        now = int(self.depot.env.now)
        if not self.depot.calendar.is_open(now):
            return None
        self.depot.settle(now)
        deliveries, pickups = self.depot.take(van, self.stops(driver, latest_us))
        return Load(by_locker(deliveries), pickups, latest_us) if deliveries or pickups else None

    def _round(self, driver: Driver, van: Van, load: Load) -> Steps:
        env, depot = self.depot.env, self.depot
        trip = Trip(driver, van, depot.around, self._scan_out(load.deliveries, driver))
        self.under_way[trip] = trip.departed_us
        self._go_out(trip, load.deliveries)
        for stop in self._stops(trip, load):
            yield env.timeout(stop - env.now)
        trip.come_home()
        yield env.timeout(trip.now - env.now)
        del self.under_way[trip]
        depot.journal.take(trip.notes)
        self._come_in(load, driver)

    def _scan_out(self, deliveries: list[Parcel], driver: Driver) -> int:
        depot = self.depot
        now, scanner = int(depot.env.now), depot.docks.scanner(driver.number)
        for parcel in deliveries:
            now += parcel.scan_us()
            parcel.scan(depot.journal, now, depot.facility, DEPARTURE, scanner)
        return now

    def _go_out(self, trip: Trip, deliveries: list[Parcel]) -> None:
        """Each door should be reached when those before it have had their mean time."""
        depot, expected_us = self.depot, trip.departed_us
        seen = depot.forecast.dispatching[depot.facility]
        for parcel in deliveries:
            expected_us += depot.forecast.stop_us
            parcel.attempt += 1
            parcel.publish(trip.notes, trip.departed_us, expected_us)
            parcel.go_out(trip.notes, trip.departed_us, depot.carrier, trip.driver.number)
            opened_us = depot.calendar.next_open(parcel.since_us)
            seen.add(opened_us, trip.departed_us - opened_us)

    def _stops(self, trip: Trip, load: Load) -> Iterator[int]:
        """Go through the stops; hands on the moments at which the world must catch up before the trip goes on."""
        for parcel in load.deliveries:
            if not self._visit(trip, parcel, load.latest_us):
                return
            if parcel.locker >= 0:
                yield trip.now
            load.tried += 1
            self._hand_over(trip, parcel, load.missed)
        for parcel in load.pickups:
            if not self._visit(trip, parcel, load.latest_us):
                return
            parcel.pick_up(trip.notes, trip.now, self.depot.carrier, trip.driver.number)
            load.collected.append(parcel)

    def _visit(self, trip: Trip, parcel: Parcel, latest_us: int) -> bool:
        luck, nth = parcel.luck, parcel.attempt_luck()
        if not parcel.attempt:
            there = Place(PICKUP_DOOR, parcel.code, parcel.pickup)
        elif parcel.locker >= 0:
            there = self.lockers[parcel.locker][0]
        else:
            there = Place(DOOR, parcel.code, parcel.door)
        return trip.visit(there, (luck.leg[nth], luck.back[nth]), luck.stop_us[nth], latest_us)

    def _hand_over(self, trip: Trip, parcel: Parcel, missed: list[Parcel]) -> None:
        failure = parcel.failure()
        if parcel.locker >= 0:
            collected_us = parcel.luck.collected_us[parcel.row]
            failure = NONE if self.lockers[parcel.locker][1].put(trip.now, collected_us) else LOCKER_FULL
        parcel.hand_over(trip.notes, trip.now, self.depot.carrier, trip.driver.number, failure)
        if failure != NONE:
            missed.append(parcel)
        elif parcel.luck.returned_us and parcel.luck.returned_us[parcel.row] != NONE:
            self.demand.send_back(trip.now + parcel.luck.returned_us[parcel.row], parcel.code)

    def _come_in(self, load: Load, driver: Driver) -> None:
        """Scan in what came back. Doors that were not reached are tried again, stops not made are for others."""
        depot = self.depot
        for parcel in load.missed:
            if parcel.attempt >= depot.fleet.max_attempts:
                parcel.turn_back(depot.forecast.network.routes[parcel.destination, parcel.origin])
        aboard = load.deliveries[load.tried :]
        for parcel in aboard:
            parcel.attempt -= 1
        depot.floor.pickups.put_back(load.pickups[len(load.collected) :])
        booked_us = [parcel.since_us for parcel in load.collected]
        done_us = depot.docks.scan_in(load.missed + aboard + load.collected, int(depot.env.now), driver.number)
        self._learn(load.collected, booked_us)
        depot.env.process(self._ring_at(done_us))

    def _learn(self, collected: list[Parcel], booked_us: list[int]) -> None:
        seen = self.depot.forecast.collecting[self.depot.facility]
        for parcel, since_us in zip(collected, booked_us, strict=True):
            seen.add(since_us, parcel.since_us - since_us)

    def _ring_at(self, moment_us: int) -> Steps:
        yield self.depot.env.timeout(moment_us - self.depot.env.now)
        self.depot.ring()
