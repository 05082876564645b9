"""When a parcel should be at the door: the sum of the mean times of what is still ahead of it.

Knows nothing of queues and closed gates, as a carrier's timetable wouldn't; the world surprises it, and ETAs move.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.scenario import Fleet
from sim.units import US_PER_S
from sim.world.network import Network

PREPARE_US = 600 * US_PER_S
"""From the moment a driver has a van until it is packed in."""
DOCKING_US = 300 * US_PER_S
MARGIN_US = 600 * US_PER_S
"""A new estimate is published when it differs by more than this."""
_HANDLING_US = 600 * US_PER_S
_MINUTE_US = 60 * US_PER_S


@dataclass(frozen=True)
class Forecast:
    """Mean times of a network and its fleet, in microseconds."""

    network: Network
    fleet: Fleet

    @property
    def stop_us(self) -> int:
        """One stop of a round, and the leg to it."""
        return self.fleet.leg_time.us + self.fleet.stop_time.us

    def round_us(self, stops: int) -> int:
        """A round from leaving the depot until being back."""
        return stops * self.stop_us + self.fleet.leg_time.us

    def from_booking(self, origin: int, destination: int) -> int:
        """From booking to the door: a round brings the parcel in, lanes take it on."""
        return PREPARE_US + self.round_us(self.fleet.stops_per_round) + self.from_facility(origin, destination, 0)

    def from_facility(self, origin: int, destination: int, hop: int) -> int:
        """From the scan at the ``hop``-th facility of the way to the door."""
        lanes = [self.network.lanes[k] for k in self.network.routes[origin, destination][hop:]]
        ahead = sum(lane.headway_us // 2 + lane.travel_us + DOCKING_US + _HANDLING_US for lane in lanes)
        return ahead + PREPARE_US + self.round_us(self.fleet.stops_per_round // 2)

    def from_departure(self, origin: int, destination: int, hop: int) -> int:
        """From leaving the ``hop``-th facility of the way to the door."""
        lane = self.network.lanes[self.network.routes[origin, destination][hop]]
        travel_us = lane.travel_us + DOCKING_US + _HANDLING_US
        return travel_us + self.from_facility(origin, destination, hop + 1)


def whole_minute(moment_us: int) -> int:
    """The next whole minute of the run: nobody publishes an ETA in microseconds."""
    return -(-moment_us // _MINUTE_US) * _MINUTE_US
