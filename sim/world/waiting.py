"""Parcels that wait: a line before each lane, and two at each depot for the vans.

Whoever works a line sleeps until something stands in it; nobody polls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

import simpy

from sim.world.network import Network
from sim.world.parcels import Parcels

Steps = Generator[simpy.Event, object, None]
"""What SimPy runs: a process, or a part of one."""


class WaitingLine:
    """Shipments in order of arrival."""

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._shipments: deque[int] = deque()
        self._filled = env.event()

    def __len__(self) -> int:
        return len(self._shipments)

    def add(self, shipment: int) -> None:
        """Put a shipment at the end."""
        self._shipments.append(shipment)
        if not self._filled.triggered:
            self._filled.succeed()

    def take(self, count: int) -> list[int]:
        """Up to ``count`` shipments from the front."""
        return [self._shipments.popleft() for _ in range(min(count, len(self._shipments)))]

    def filled(self) -> simpy.Event:
        """Happens when something stands in the line, at once if it does now."""
        if not self._shipments and self._filled.triggered:
            self._filled = self._env.event()
        return self._filled


class Floor:
    """All waiting lines, by lane and by depot."""

    def __init__(self, env: simpy.Environment, network: Network, parcels: Parcels) -> None:
        self._parcels = parcels
        self.lanes = [WaitingLine(env) for _ in network.lanes]
        self.deliveries = {depot: WaitingLine(env) for depot in network.depots}
        self.pickups = {depot: WaitingLine(env) for depot in network.depots}

    def sort(self, shipment: int) -> None:
        """Move a parcel that was just scanned in to where it goes next."""
        lane = self._parcels.next_lane(shipment)
        line = self.deliveries[self._parcels.destination[shipment]] if lane is None else self.lanes[lane]
        line.add(shipment)
