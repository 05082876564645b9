"""The floor of a facility: parcels that are scanned in pass the sorter and wait in lines, for a lane or a van.

Nothing happens on a floor until somebody looks at it: then all that came in by now is put through the sorter in the
order of its scans, and stands in line from the moment at which the sorter let it go. So a parcel costs no event.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush

import simpy

from sim.world.calendar import NEVER_US
from sim.world.parcels import Parcel
from sim.world.sorter import Sorter


class Line:
    """Parcels in order of arrival, the express ones before the others."""

    def __init__(self, env: simpy.Environment) -> None:
        self._env = env
        self._coming: deque[tuple[int, Parcel]] = deque()
        self._express: deque[Parcel] = deque()
        self._standard: deque[Parcel] = deque()
        self.expected = 0
        """Parcels in line, or in the building and bound for it."""
        self._wanted: simpy.Event | None = None

    def __len__(self) -> int:
        return len(self._express) + len(self._standard)

    def expect(self) -> None:
        """A parcel will come to stand here."""
        self.expected += 1
        if self._wanted:
            self._wanted.succeed()
            self._wanted = None

    def wanted(self) -> simpy.Event:
        """Happens when a parcel is expected."""
        self._wanted = self._env.event()
        return self._wanted

    def put(self, at: int, parcel: Parcel) -> None:
        """Stand in line from a moment on, none before the last one's."""
        self._coming.append((at, parcel))

    def settle(self, now: int) -> int:
        """Let in who has come by now; when the next will come."""
        coming = self._coming
        while coming and coming[0][0] <= now:
            parcel = coming.popleft()[1]
            (self._express if parcel.express else self._standard).append(parcel)
        return coming[0][0] if coming else NEVER_US

    def take(self, count: int) -> list[Parcel]:
        """Up to so many parcels from the front."""
        express, standard = self._express, self._standard
        first = [express.popleft() for _ in range(min(count, len(express)))]
        taken = first + [standard.popleft() for _ in range(min(count - len(first), len(standard)))]
        self.expected -= len(taken)
        return taken

    def put_back(self, parcels: Iterable[Parcel]) -> None:
        """Stand at the front again, in this order."""
        for parcel in reversed(list(parcels)):
            (self._express if parcel.express else self._standard).appendleft(parcel)
            self.expected += 1


class Floor:
    """One facility's floor: a line for each lane that leaves it, and those of a depot's vans."""

    def __init__(self, env: simpy.Environment, sorter: Sorter | None, lanes: Iterable[int]) -> None:
        self._sorter = sorter
        self._scanned: list[tuple[int, int, Line, Parcel]] = []
        self._count = 0
        self.lanes = {lane: Line(env) for lane in lanes}
        self.deliveries, self.chilled, self.pickups, self.returned = (Line(env) for _ in range(4))

    def line(self, parcel: Parcel) -> Line:
        """Where a parcel goes from here."""
        lane = parcel.next_lane()
        if lane >= 0:
            return self.lanes[lane]
        if parcel.homeward:
            return self.returned
        return self.chilled if parcel.chilled else self.deliveries

    def receive(self, at: int, parcel: Parcel) -> None:
        """A parcel is scanned in, now or later."""
        line = self.line(parcel)
        line.expect()
        self._count += 1
        heappush(self._scanned, (at, self._count, line, parcel))

    def settle(self, now: int) -> None:
        """Put through the sorter what was scanned by now."""
        scanned, sorter = self._scanned, self._sorter
        while scanned and scanned[0][0] <= now:
            at, _, line, parcel = heappop(scanned)
            line.put(sorter.sort(at) if sorter else at, parcel)
