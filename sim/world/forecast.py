"""When a parcel should be at the door, from what the platform could know: timetables, opening hours, rush hours, mean
times, and how long parcels have lately waited at each facility.

Never the future: the world surprises it, and ETAs move.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.scenario import Fleet
from sim.units import US_PER_S
from sim.world.calendar import NEVER_US
from sim.world.network import Network
from sim.world.rates import US_PER_H
from sim.world.timetable import Timetable
from sim.world.travel import Travel

PREPARE_US = 600 * US_PER_S
"""From the moment a driver has a van until it is packed in."""
DOCKING_US = 300 * US_PER_S
_HANDLING_US = 600 * US_PER_S
_LATEST = 16
"""A moving mean is about so many of the latest values."""
_HOURS = 24
_BUCKET_US = US_PER_H // 4
"""Forecasts at booking are made afresh so often."""
_FARTHEST_US = 30 * _HOURS * US_PER_H
"""No estimate is further ahead, even where nothing ever opens."""


class Seen:
    """Moving means of times, apart for each hour of the day: who comes at night waits for the morning's vans."""

    def __init__(self, first_us: float) -> None:
        self._mean_us = [first_us] * _HOURS

    def add(self, at: int, took_us: int) -> None:
        """Something that began at a moment took so long."""
        hour = at // US_PER_H % _HOURS
        self._mean_us[hour] += (took_us - self._mean_us[hour]) / _LATEST

    def mean_us(self, at: int) -> int:
        """How long it takes lately what begins at this hour of the day."""
        return int(self._mean_us[at // US_PER_H % _HOURS])


@dataclass
class Forecast:
    """What the platform knows of a network and its fleet; all times in microseconds."""

    network: Network
    fleet: Fleet
    timetables: list[Timetable]
    travel: Travel
    _booked: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stop_us = self.fleet.leg_time.us + int(self.fleet.stop_time.average())
        collecting_us = PREPARE_US + self.round_us(self.fleet.stops_per_round // 2)
        self.collecting = [Seen(collecting_us) for _ in self.network.facilities]
        """From booking until scanned in, by depot."""
        self.dispatching = [Seen(PREPARE_US) for _ in self.network.facilities]
        """From scanned in until out for delivery, by depot."""
        self.queues = [Seen(0.0) for _ in self.network.facilities]
        """How much later than by the next departure parcels leave, by facility."""
        self._usual = [self.travel.usual(lane.origin, lane.mode) for lane in self.network.lanes]

    def round_us(self, stops: int) -> int:
        """A round from leaving the depot until being back."""
        return stops * self.stop_us + self.fleet.leg_time.us

    def leaves(self, lane: int, at: int) -> int:
        """When a parcel leaves by a lane that is scanned in at a moment, if it finds no queue."""
        timetable = self.timetables[lane]
        due = timetable.departs_us(timetable.slot_from(at + _HANDLING_US))
        return self.network.hours[self.network.lanes[lane].origin].next_open(due)

    def see_departure(self, lane: int, scanned_us: int, left_us: int) -> None:
        """Learn from a parcel that leaves."""
        self.queues[self.network.lanes[lane].origin].add(scanned_us, left_us - self.leaves(lane, scanned_us))

    def from_booking(self, origin: int, destination: int, at: int) -> int:
        """At the door, if it is booked now. Looked up again every quarter of an hour."""
        begins = at - at % _BUCKET_US
        known = self._booked.get((origin, destination))
        if not known or known[0] != begins:
            ready = self.network.hours[origin].next_open(begins) + self.collecting[origin].mean_us(begins)
            ahead_us = self._at_door(self.network.routes[origin, destination], 0, destination, ready) - begins
            known = self._booked[origin, destination] = begins, min(ahead_us, _FARTHEST_US)
        return at + known[1]

    def from_departure(self, route: tuple[int, ...], hop: int, depot: int, left_us: int) -> int:
        """At the door, if it leaves the ``hop``-th facility of its way now."""
        there_us = self._arrives(route[hop], left_us)
        return min(self._at_door(route, hop + 1, depot, there_us), left_us + _FARTHEST_US)

    def _arrives(self, lane: int, left_us: int) -> int:
        if left_us >= NEVER_US:
            return NEVER_US
        way = self.network.lanes[lane]
        there_us = left_us + int(way.travel_us * self._usual[lane].at(left_us))
        return self.network.hours[way.destination].next_open(there_us) + DOCKING_US

    def _at_door(self, route: tuple[int, ...], hop: int, depot: int, at: int) -> int:
        for lane in route[hop:]:
            queue_us = self.queues[self.network.lanes[lane].origin].mean_us(at)
            at = self._arrives(lane, self.leaves(lane, at) + max(queue_us, 0))
        opens = self.network.hours[depot].next_open(at)
        return opens + self.dispatching[depot].mean_us(opens) + self.round_us(self.fleet.stops_per_round // 2)
