"""The last mile: drivers on shift take a van and a round of deliveries and pick-ups, and are back before closing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import simpy

from sim.units import US_PER_S
from sim.world.forecast import PREPARE_US, Forecast
from sim.world.journal import AT_DEPOT, DRIVING, NONE, OFF_SHIFT, ON_SHIFT, DutyRow, Journal, LegRow
from sim.world.parcels import Parcels
from sim.world.places import Places
from sim.world.waiting import Floor, Steps

_SLACK_PCT = 115
"""A round is planned as if it took this much of its mean time."""
_PARTING_US = 60 * US_PER_S


@dataclass
class Trip:
    """A driver and a van on their way."""

    driver: int
    van: int
    departed_us: int
    here: int


@dataclass(frozen=True)
class Depot:
    """One depot's vans and the work of its drivers."""

    env: simpy.Environment
    facility: int
    vans: simpy.Store
    floor: Floor
    parcels: Parcels
    places: Places
    forecast: Forecast
    journal: Journal

    @property
    def shortest_us(self) -> int:
        """What must be left of a shift, to begin anything."""
        return PREPARE_US + self.forecast.round_us(1) * _SLACK_PCT // 100

    def employ(self, driver: int, shifts: list[tuple[int, int]]) -> None:
        """Let a driver work."""
        self.env.process(self._work(driver, shifts))

    def _note(self, driver: int, duty: int, vehicle: int = NONE) -> None:
        self.journal.duties.append(DutyRow(int(self.env.now), driver, duty, vehicle))

    def _work(self, driver: int, shifts: list[tuple[int, int]]) -> Steps:
        for begin, end in shifts:
            if begin < self.env.now:  # still out from the shift before
                continue
            yield self.env.timeout(begin - self.env.now)
            self._note(driver, ON_SHIFT)
            yield from self._serve(driver, end)
            yield self.env.timeout(max(end - self.env.now, _PARTING_US))
            self._note(driver, OFF_SHIFT)

    def _serve(self, driver: int, end: int) -> Steps:
        calendar = self.forecast.network.calendars[self.facility]
        deliveries, pickups = self.floor.deliveries[self.facility], self.floor.pickups[self.facility]
        while (opens := calendar.next_open(int(self.env.now))) + self.shortest_us <= end:
            latest = min(end, calendar.closes_after(opens))
            patience_us = latest - self.shortest_us - int(self.env.now)
            if opens > self.env.now:
                yield self.env.timeout(opens - self.env.now)
            elif patience_us < 0:
                yield self.env.timeout(latest - self.env.now)
            elif not deliveries and not pickups:
                yield deliveries.filled() | pickups.filled() | self.env.timeout(patience_us + 1)
            else:
                yield from self._go_round(driver, latest, patience_us + 1)

    def _go_round(self, driver: int, latest: int, patience_us: int) -> Steps:
        request = self.vans.get()
        yield request | self.env.timeout(patience_us)
        if not request.triggered:
            request.cancel()
            return
        yield self.env.timeout(PREPARE_US)
        yield from self._round(driver, cast(int, request.value), latest)
        self.vans.put(request.value)

    def _stops_until(self, latest: int) -> int:
        usable_us = (latest - int(self.env.now)) * 100 // _SLACK_PCT - self.forecast.round_us(0)
        return min(self.forecast.fleet.stops_per_round, max(0, usable_us // max(self.forecast.stop_us, 1)))

    def _round(self, driver: int, van: int, latest: int) -> Steps:
        stops = self._stops_until(latest)
        deliveries = self.floor.deliveries[self.facility].take(stops)
        pickups = self.floor.pickups[self.facility].take(stops - len(deliveries))
        if not deliveries and not pickups:
            return
        yield from self._load(deliveries)
        trip = Trip(driver, van, int(self.env.now), self.facility)
        self._note(driver, DRIVING, van)
        for k, shipment in enumerate(deliveries, 1):
            self.parcels.go_out(trip.departed_us, shipment, k * self.forecast.stop_us)
        missed = []
        for shipment in deliveries:
            yield from self._stop(trip, shipment, self.parcels.attempt[shipment], self.places.recipient_door(shipment))
            if not self.parcels.hand_over(int(self.env.now), shipment):
                missed.append(shipment)
        for shipment in pickups:
            yield from self._stop(trip, shipment, 0, self.places.pickup_door(shipment))
            self.parcels.pick_up(int(self.env.now), shipment)
        last = (deliveries + pickups)[-1]
        back_us = self.parcels.luck.return_us[last, 0 if pickups else self.parcels.attempt[last]]
        yield from self._drive(trip, self.facility, int(back_us))
        self._note(driver, AT_DEPOT)
        self.env.process(self._unload(missed, pickups))

    def _load(self, deliveries: list[int]) -> Steps:
        done = int(self.env.now)
        for shipment in deliveries:
            done += self.parcels.scan_us(shipment)
            self.parcels.scan_out(done, shipment, self.facility)
        yield self.env.timeout(done - self.env.now)

    def _drive(self, trip: Trip, there: int, takes_us: int) -> Steps:
        now = int(self.env.now)
        self.journal.legs.append(LegRow(now, now + takes_us, trip.departed_us, trip.driver, trip.van, trip.here, there))
        trip.here = there
        yield self.env.timeout(takes_us)

    def _stop(self, trip: Trip, shipment: int, attempt: int, door: int) -> Steps:
        luck = self.parcels.luck
        yield from self._drive(trip, door, int(luck.leg_us[shipment, attempt]))
        yield from self._drive(trip, door, int(luck.stop_us[shipment, attempt]))

    def _unload(self, missed: list[int], collected: list[int]) -> Steps:
        """Scan in what came back; a depot that has closed meanwhile does so in the morning."""
        calendar = self.forecast.network.calendars[self.facility]
        for shipment in missed + collected:
            done = calendar.after_work(int(self.env.now), self.parcels.scan_us(shipment))
            yield self.env.timeout(done - self.env.now)
            self.parcels.scan_in(done, shipment, self.facility)
            if shipment in collected or not self.parcels.give_up(done, shipment):
                self.floor.sort(shipment)
