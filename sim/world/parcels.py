"""A parcel's life: what each step of it means for the parcel, and what the world reports of it.

The processes decide when; rows go to the journal, or to the notes of the round on which they happen.
"""

from __future__ import annotations

from sim.world.journal import (
    DELIVERED,
    DOOR,
    EXCEPTION,
    IN_TRANSIT,
    NONE,
    OUT_FOR_DELIVERY,
    PICKED_UP,
    PICKUP_DOOR,
    EtaRow,
    Journal,
    ScanRow,
    StatusRow,
)
from sim.world.luck import RETURNED, SCANS, Luck

MARGIN_US = 600_000_000
"""A new estimate is published when it differs by more than this."""
_MINUTE_US = 60_000_000
_SPAN, _SHIFT = 125_000, 12
"""Two seconds are 125,000 / 2**12 times 2**16 microseconds."""
Spot = tuple[float, float]
"""Latitude and longitude."""


class Parcel:
    """What is on its way. Gone when nobody holds it any more: no list of parcels is kept."""

    __slots__ = (
        "attempt", "chilled", "code", "destination", "door", "eta_us", "etas", "express", "homeward", "hop", "locker",
        "luck", "origin", "pickup", "route", "row", "scans", "since_us", "statuses",
    )  # fmt: skip

    def __init__(
        self,
        code: int,
        ends: tuple[int, int],
        express: bool,
        chilled: bool,
        locker: int,
        spots: tuple[Spot, Spot],
        route: tuple[int, ...],
        luck: tuple[Luck, int],
    ) -> None:
        self.code, self.express, self.chilled, self.locker = code, express, chilled, locker
        self.origin, self.destination = ends
        self.pickup, self.door = spots
        self.luck, self.row = luck
        self.route, self.hop, self.attempt = route, 0, 0
        """``attempt`` counts from 1; 0 is the pick-up."""
        self.homeward = False
        """On the way back to its origin: all attempts failed."""
        self.statuses = self.etas = self.scans = 0
        self.eta_us = self.since_us = NONE
        """``since_us``: when it was booked, or scanned into where it is."""

    def next_lane(self) -> int:
        """The lane to take from the facility where it is, or ``NONE`` at the end of its way."""
        return self.route[self.hop] if self.hop < len(self.route) else NONE

    def attempt_luck(self) -> int:
        """Where the luck of the present attempt stands."""
        return self.row * self.luck.attempts + self.attempt

    def failure(self) -> int:
        """Why nobody takes it at the present attempt, or ``NONE``."""
        return self.luck.failure[self.attempt_luck()]

    def scan_us(self) -> int:
        """How long its next scan takes: 1 to 3 seconds."""
        return 1_000_000 + (self.luck.scan[self.row * SCANS + self.scans % SCANS] * _SPAN >> _SHIFT)

    def publish(self, rows: Journal, now: int, expected_us: int) -> int:
        """Tell when it should be at the door, if that is news; the estimate that holds now.

        Nobody publishes an estimate in microseconds: it is the next whole minute of the run.
        """
        eta, previous = -(-expected_us // _MINUTE_US) * _MINUTE_US, self.eta_us
        if previous == NONE or abs(eta - previous) > MARGIN_US:
            rows.etas.append(EtaRow(now, self.code, self.etas, eta, previous))
            self.etas += 1
            self.eta_us = eta
        return self.eta_us

    def scan(self, rows: Journal, now: int, facility: int, kind: int, scanner: int) -> None:
        """A label is read at a facility's gate."""
        rows.scans.append(ScanRow(now, self.code, self.scans, facility, kind, scanner))
        self.scans += 1

    def depart(self, rows: Journal, now: int, facility: int, carrier: int, eta_us: int) -> None:
        """The truck that carries it leaves."""
        row = StatusRow(
            now, self.code, self.statuses, IN_TRANSIT, facility, facility, carrier, eta_us, NONE, NONE, carrier
        )
        rows.statuses.append(row)
        self.statuses += 1
        self.hop += 1

    def _note(
        self, rows: Journal, now: int, status: int, where: tuple[int, int, int], driver: int, reason: int = NONE
    ) -> None:
        eta, attempt = (self.eta_us if status == OUT_FOR_DELIVERY else NONE), self.attempt or NONE
        rows.statuses.append(StatusRow(now, self.code, self.statuses, status, *where, eta, reason, attempt, driver))
        self.statuses += 1

    def pick_up(self, rows: Journal, now: int, carrier: int, driver: int) -> None:
        """A driver has it."""
        self._note(rows, now, PICKED_UP, (self.origin, PICKUP_DOOR, carrier), driver)

    def go_out(self, rows: Journal, now: int, carrier: int, driver: int) -> None:
        """A driver leaves the depot with it."""
        self._note(rows, now, OUT_FOR_DELIVERY, (self.destination, self.destination, carrier), driver)

    def hand_over(self, rows: Journal, now: int, carrier: int, driver: int, failure: int) -> None:
        """It is delivered, or not, for the reason that ``failure`` names."""
        place = self.locker if self.locker >= 0 else DOOR
        status = DELIVERED if failure == NONE else EXCEPTION
        self._note(rows, now, status, (self.destination, place, carrier), driver, failure)

    def turn_back(self, route: tuple[int, ...]) -> None:
        """After the last attempt it goes back to its sender."""
        self.homeward, self.route, self.hop = True, route, 0

    def come_back(self, rows: Journal, now: int, carrier: int, driver: int) -> None:
        """A driver of its origin's depot finds it there: the end of its life."""
        self._note(rows, now, EXCEPTION, (self.origin, self.origin, carrier), driver, RETURNED)
