"""Demand: each hour's orders are drawn when it begins, and wait at the sender's door from their moment on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import simpy

from sim.arrays import I64
from sim.world.cast import Cast
from sim.world.docks import Steps
from sim.world.floor import Floor
from sim.world.forecast import Forecast
from sim.world.journal import CREATED, NONE, BookedRow, Journal, StatusRow
from sim.world.luck import Luck, draw_luck
from sim.world.orders import RETURNED_BIT, Orders, bookings, orders
from sim.world.parcels import Parcel
from sim.world.rates import US_PER_H


@dataclass
class Demand:
    """The order system: of the run's first hour, then of the next."""

    env: simpy.Environment
    cast: Cast
    floors: Mapping[int, Floor]
    forecast: Forecast
    journal: Journal
    _sent_back: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By hour: when which delivered parcel is booked to go back."""

    def run(self) -> Steps:
        """Book hour after hour."""
        for hour in range(-(-self.cast.scenario.duration.us // US_PER_H)):
            times, codes = self._booked(hour)
            if len(codes):
                self._book(times, orders(self.cast, codes))
            yield self.env.timeout(US_PER_H)

    def send_back(self, at: int, code: int) -> None:
        """The recipient of an order will give the parcel back at a moment of a later hour."""
        hour = max(at // US_PER_H, int(self.env.now) // US_PER_H + 1)
        self._sent_back.setdefault(hour, []).append((max(at, hour * US_PER_H), code | RETURNED_BIT))

    def _booked(self, hour: int) -> tuple[I64, I64]:
        times, codes = bookings(self.cast.scenario, self.cast.rng, hour)
        back = np.array(self._sent_back.pop(hour, []), np.int64).reshape(-1, 2)
        times, codes = np.concatenate((times, back[:, 0])), np.concatenate((codes, back[:, 1]))
        order = np.lexsort((codes, times))
        return times[order], codes[order]

    def _promised(self, times: I64, made: Orders) -> I64:
        demand = self.cast.scenario.demand
        return times + np.where(made.express, demand.promise_express.us, demand.promise_standard.us)

    def _book(self, times: I64, made: Orders) -> None:
        scenario, rows = self.cast.scenario, self.journal
        luck = draw_luck(made, scenario.fleet, scenario.tenants, self.cast.rng)
        at, promised = times.tolist(), self._promised(times, made).tolist()
        rows.booked.extend(map(BookedRow, at, made.code.tolist(), promised))
        carriers = self.forecast.network.home_carriers
        for now, tenant, parcel in zip(at, made.tenant.tolist(), self._parcels(made, luck), strict=True):
            where = parcel.origin, parcel.origin, carriers[parcel.origin]
            rows.statuses.append(StatusRow(now, parcel.code, 0, CREATED, *where, NONE, NONE, NONE, tenant))
            parcel.statuses, parcel.since_us = 1, now
            parcel.publish(rows, now, self.forecast.from_booking(parcel.origin, parcel.destination, now))
            pickups = self.floors[parcel.origin].pickups
            pickups.expect()
            pickups.put(now, parcel)

    def _parcels(self, made: Orders, luck: Luck) -> list[Parcel]:
        routes = self.forecast.network.routes
        ends = list(zip(made.origin.tolist(), made.destination.tolist(), strict=True))
        pickups = zip(made.pickup_lat.tolist(), made.pickup_lon.tolist(), strict=True)
        doors = zip(made.door_lat.tolist(), made.door_lon.tolist(), strict=True)
        return list(
            map(
                Parcel,
                made.code.tolist(),
                ends,
                made.express.tolist(),
                made.chilled.tolist(),
                made.locker.tolist(),
                zip(pickups, doors, strict=True),
                (routes[way] for way in ends),
                ((luck, row) for row in range(len(made))),
            )
        )
