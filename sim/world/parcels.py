"""A parcel's life: each verb moves it on and writes down what the world would report of it.

The processes in ``linehaul.py`` and ``rounds.py`` decide when; this module decides what that means for a shipment.
"""

from __future__ import annotations

from sim.world.forecast import MARGIN_US, Forecast, whole_minute
from sim.world.journal import (
    ARRIVAL,
    CREATED,
    DELIVERED,
    DEPARTURE,
    EXCEPTION,
    IN_TRANSIT,
    NONE,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    EtaRow,
    Journal,
    ScanRow,
    StatusRow,
)
from sim.world.places import Places
from sim.world.shipments import FAILURES, Luck, Shipments

RETURNED = len(FAILURES)
REASONS = (*FAILURES, "returned")


class Parcels:
    """Where each parcel is on its way, by shipment."""

    def __init__(self, shipments: Shipments, luck: Luck, forecast: Forecast, places: Places, journal: Journal) -> None:
        self.luck = luck
        self._forecast = forecast
        self._network = forecast.network
        self._attempts_max = forecast.fleet.max_attempts
        self._places = places
        self._journal = journal
        self.origin: list[int] = shipments.origin.tolist()
        self.destination: list[int] = shipments.destination.tolist()
        self.hop = [0] * len(shipments)
        self.attempt = [0] * len(shipments)
        self._scans = [0] * len(shipments)
        self._eta = [NONE] * len(shipments)

    def next_lane(self, shipment: int) -> int | None:
        """The lane a parcel has to take from the facility it is at, or none at its destination."""
        route = self._network.routes[self.origin[shipment], self.destination[shipment]]
        return route[self.hop[shipment]] if self.hop[shipment] < len(route) else None

    def scan_us(self, shipment: int) -> int:
        """How long the parcel's next scan takes."""
        return int(self.luck.scan_us[shipment, self._scans[shipment]])

    def _publish(self, now: int, shipment: int, ahead_us: int) -> int:
        eta, previous = whole_minute(now + ahead_us), self._eta[shipment]
        if previous == NONE or abs(eta - previous) > MARGIN_US:
            self._journal.etas.append(EtaRow(now, shipment, eta, previous))
            self._eta[shipment] = eta
        return self._eta[shipment]

    def _status_at(
        self, now: int, shipment: int, status: int, facility: int, place: int, reason: int = NONE, eta: int = NONE
    ) -> None:
        carrier = self._network.home_carriers[facility]
        attempt = self.attempt[shipment] or NONE
        self._journal.statuses.append(StatusRow(now, shipment, status, facility, place, carrier, eta, reason, attempt))

    def book(self, now: int, shipment: int) -> None:
        """The order is placed."""
        origin = self.origin[shipment]
        self._status_at(now, shipment, CREATED, origin, origin)
        self._publish(now, shipment, self._forecast.from_booking(origin, self.destination[shipment]))

    def pick_up(self, now: int, shipment: int) -> None:
        """A driver has it."""
        self._status_at(now, shipment, PICKED_UP, self.origin[shipment], self._places.pickup_door(shipment))

    def _scan(self, now: int, shipment: int, facility: int, scan: int) -> None:
        self._scans[shipment] += 1
        self._journal.scans.append(ScanRow(now, shipment, facility, scan))

    def scan_in(self, now: int, shipment: int, facility: int) -> None:
        """It comes into a facility."""
        self._scan(now, shipment, facility, ARRIVAL)

    def scan_out(self, now: int, shipment: int, facility: int) -> None:
        """It is loaded to leave a facility."""
        self._scan(now, shipment, facility, DEPARTURE)

    def depart(self, now: int, shipment: int, lane: int) -> None:
        """The linehaul vehicle that carries it leaves."""
        way = self.origin[shipment], self.destination[shipment], self.hop[shipment]
        eta = self._publish(now, shipment, self._forecast.from_departure(*way))
        at, carrier = self._network.lanes[lane].origin, self._network.lanes[lane].carrier
        self._journal.statuses.append(StatusRow(now, shipment, IN_TRANSIT, at, at, carrier, eta, NONE, NONE))
        self.hop[shipment] += 1

    def go_out(self, now: int, shipment: int, ahead_us: int) -> None:
        """A driver leaves the depot with it, and should be at the door in ``ahead_us``."""
        self.attempt[shipment] += 1
        eta = self._publish(now, shipment, ahead_us)
        depot = self.destination[shipment]
        self._status_at(now, shipment, OUT_FOR_DELIVERY, depot, depot, eta=eta)

    def hand_over(self, now: int, shipment: int) -> bool:
        """Somebody takes it at the door, or doesn't."""
        k = self.attempt[shipment]
        failed = bool(self.luck.fails[shipment, k])
        status, reason = (EXCEPTION, int(self.luck.reason[shipment, k])) if failed else (DELIVERED, NONE)
        door = self._places.recipient_door(shipment)
        self._status_at(now, shipment, status, self.destination[shipment], door, reason)
        return not failed

    def give_up(self, now: int, shipment: int) -> bool:
        """Back from a failed attempt: after the last one the parcel goes back to its sender."""
        if self.attempt[shipment] < self._attempts_max:
            return False
        depot = self.destination[shipment]
        self._status_at(now, shipment, EXCEPTION, depot, depot, RETURNED)
        return True
