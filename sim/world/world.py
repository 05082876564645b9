"""One run's world: every resource and process of it, made from the cast and set going."""

from __future__ import annotations

import numpy as np
import simpy

from sim.world.cast import Cast
from sim.world.demand import Demand
from sim.world.depots import Depot
from sim.world.disruptions import blocks, closures, holds, recalls, sorter_speeds, strikes
from sim.world.docks import Docks
from sim.world.doors import radius_km
from sim.world.drivers import Workday
from sim.world.floor import Floor
from sim.world.forecast import Forecast
from sim.world.gates import gates
from sim.world.journal import NONE, Journal, Slice
from sim.world.linehaul import Lane
from sim.world.lockers import Locker
from sim.world.rounds import Rounds
from sim.world.sorter import Sorter
from sim.world.surroundings import Place, Surroundings
from sim.world.timetable import Departures, draw_timetables
from sim.world.travel import Travel
from sim.world.trips import Driver, Trip
from sim.world.vans import Van

_LEG_M_PER_KM = 1200
"""Metres of a mean leg for each kilometre of the radius in which doors lie."""


class World:
    """All resources and processes of one run."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.env, self.journal = cast, simpy.Environment(), Journal()
        self.under_way: dict[Trip, int] = {}
        self._legs = self._road_us = 0
        """Of the journal's legs: how many are counted, and how long they take."""
        self._travel = Travel(cast.scenario, cast.rng)
        timetables = draw_timetables(cast)
        self._forecast = Forecast(cast.network, cast.scenario.fleet, timetables, self._travel)
        self._docks = [self._facility(k) for k in range(len(cast.network.facilities))]
        floors = {k: docks.floor for k, docks in enumerate(self._docks)}
        self._demand = Demand(self.env, cast, floors, self._forecast, self.journal)
        self._open_lanes()
        self._open_gates()
        for depot in cast.network.depots:
            self._man(depot)
        self.env.process(self._demand.run())

    def _facility(self, k: int) -> Docks:
        cast, facility, calendar = self.cast, self.cast.network.facilities[k], self.cast.network.calendars[k]
        speeds = sorter_speeds(cast.scenario, facility)
        sorter = Sorter(calendar, facility.sorter.per_hour, speeds) if facility.kind in ("hub", "depot") else None
        lanes = (n for n, lane in enumerate(cast.network.lanes) if lane.origin == k)
        floor = Floor(self.env, sorter, lanes)
        return Docks(self.env, k, calendar, floor, int(cast.first_scanner[k]), facility.docks, self.journal)

    def _open_lanes(self) -> None:
        scenario, docks = self.cast.scenario, self._docks
        for k, way in enumerate(self.cast.network.lanes):
            luck = Departures(way, holds(scenario, way.ends), self.cast.rng)
            slowness = self._travel.slowness(way.origin, way.mode)
            ends = docks[way.origin], docks[way.destination]
            blocked = blocks(scenario, way.ends)
            lane = Lane(self.env, k, *ends, luck, blocked, slowness, self._forecast, self.journal)
            self.env.process(lane.serve())

    def _open_gates(self) -> None:
        for docks in self._docks:
            facility = self.cast.network.facilities[docks.facility]
            if facility.kind != "locker":
                shut = closures(self.cast.scenario, facility)
                turn = gates(self.env, docks.facility, facility.docks, docks.calendar, shut, self.journal)
                self.env.process(turn)

    def _man(self, k: int) -> None:
        """Give a depot its vans and drivers."""
        cast, fleet = self.cast, self.cast.scenario.fleet
        facility, crew = cast.network.facilities[k], cast.crew
        vans = [
            Van(n, crew.chilled[n], recalls(cast.scenario, cast.rng, facility, n), fleet, cast.rng)
            for n, depot in enumerate(crew.vehicle_depots)
            if depot == k
        ]
        depot = Depot(
            self.env, k, self._docks[k], self._around(k), self._forecast, self.journal, vans, self._reach_m(k)
        )
        depot.start()
        rounds = Rounds(depot, self._lockers(k), self._demand, self.under_way)
        for n in (n for n, home in enumerate(crew.driver_depots) if home == k):
            struck = strikes(cast.scenario, cast.rng, facility, n)
            Workday(Driver(n), depot, rounds, crew.shifts[n], struck).live()

    def _reach_m(self, k: int) -> int:
        """A round half as long again as they are on average, or the way to the furthest stop and back."""
        fleet, around = self.cast.scenario.fleet, self._around(k)
        round_m = (fleet.stops_per_round + 1) * radius_km(fleet) * _LEG_M_PER_KM
        boxes = (around.metres(around.depot.spot, place.spot) for place, _ in self._lockers(k).values())
        return int(max(1.5 * round_m, 2 * max(boxes, default=0)))

    def _spot(self, k: int) -> tuple[float, float]:
        return float(self.cast.lat[k]), float(self.cast.lon[k])

    def _around(self, k: int) -> Surroundings:
        spot = self._spot(k)
        east = max(float(np.cos(np.radians(spot[0]))), 0.01)
        slowness = self._travel.slowness(k, "road")
        return Surroundings(self.cast.scenario.fleet, Place(k, NONE, spot), slowness, east)

    def _lockers(self, k: int) -> dict[int, tuple[Place, Locker]]:
        first, count = int(self.cast.first_locker[k]), int(self.cast.locker_counts[k])
        facilities = self.cast.network.facilities
        return {
            box: (Place(box, NONE, self._spot(box)), Locker(facilities[box].slots))
            for box in self.cast.lockers[first : first + count].tolist()
        }

    def messages(self) -> int:
        """About how many messages the journal will give: its rows, and the pings of its legs."""
        rows, fleet = self.journal, self.cast.scenario.fleet
        events = (rows.booked, rows.statuses, rows.etas, rows.scans, rows.capacities, rows.duties)
        self._road_us += sum(leg.end_us - leg.start_us for leg in rows.legs[self._legs :])
        self._legs = len(rows.legs)
        pings = self._road_us // fleet.location_interval.us + self._road_us // fleet.telemetry_interval.us
        return sum(len(part) for part in events) + pings

    def cut(self, index: int) -> Slice:
        """Hand over what was written."""
        self._legs = self._road_us = 0
        return self.journal.cut(index, self.watermark_us())

    def watermark_us(self) -> int:
        """Nothing that is not written yet happened before this."""
        return min([int(self.env.now), *self.under_way.values()])
